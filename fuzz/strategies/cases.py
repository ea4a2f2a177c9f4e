"""Whole cases: a state and one or more blocks of transactions on it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from fuzz.strategies.cast import (
    DEEP,
    GHOSTS,
    HERALD,
    LOOPER,
    UPGRADER,
    Cast,
    authorities,
    make_cast,
    senders,
)
from fuzz.strategies.contracts import herald_code, looper_code, upgrader_code
from fuzz.strategies.decrees import CODES
from fuzz.strategies.fees import first_context, next_context
from fuzz.strategies.numbers import word
from fuzz.strategies.programs import contract_code
from fuzz.strategies.routines import recursion
from fuzz.strategies.source import Source, Weights
from fuzz.strategies.transactions import transaction
from zkos.host.case import AccountState, Block, Case, SlotState
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.delivery import deliver
from zkos.host.transactions import (
    EncodedTransaction,
    FieldTransaction,
    Kind,
    Transaction,
    TransactionError,
)

RICH: Final = 10**30
LAST_NONCE: Final = (1 << 64) - 1
MOST_BLOCKS: Final = 8
"""Of a batch."""
_BLOCKS: Final = (1, 2, 3)
_BLOCK_WEIGHTS: Final = Weights(78, 15, 7)
_BATCHES: Final = (2, 1, 3, 4, 5, 6, 7, MOST_BLOCKS)
_BATCH_WEIGHTS: Final = Weights(34, 18, 20, 10, 6, 4, 4, 4)
_SIZES: Final = (2, 1, 3, 4, 6, 8, 0)
_SIZE_WEIGHTS: Final = Weights(28, 20, 24, 16, 8, 3, 1)
_BATCH_SIZE_WEIGHTS: Final = Weights(30, 34, 18, 6, 2, 0, 10)
_BATCH_SCHEME_WEIGHTS: Final = Weights(25, 71, 4)
"""In their order; blobs, the last, are slow."""
_TYPE_BYTE: Final = 31
"""Where a body from L1 has its type."""
_FIRST_DELEGATES: Final = (5, 0x100, 0x8008, 0xDEAD, 0)


@dataclass(frozen=True, slots=True)
class Extras:
    """What a version's cases have that those of the oldest have not."""

    prepare: Callable[[Source, Cast], None]
    """Tells the cast who else there is."""
    furnish: Callable[[Source, Cast, Case], Case]
    """Adds to the state before the first block."""
    vary: Callable[[Source, Cast, Block], Block]
    """Adds to a block, or makes it another."""


def case(source: Source, extras: Extras | None = None) -> Case:
    """A state and blocks; each can be run, saved and read again."""
    count = source.choose(_BLOCKS, _BLOCK_WEIGHTS)
    return _case(source, count, _SIZE_WEIGHTS, extras)


def batch(source: Source, extras: Extras | None = None) -> Case:
    """A state and up to eight blocks that are also one batch."""
    count = source.choose(_BATCHES, _BATCH_WEIGHTS)
    made = _case(source, count, _BATCH_SIZE_WEIGHTS, extras)
    first, *others = made.blocks
    scheme = source.choose(tuple(DataAvailability), _BATCH_SCHEME_WEIGHTS)
    first = replace(first, context=replace(first.context, da=scheme))
    return as_batch(replace(made, blocks=(first, *others)))


def prepared(source: Source, extras: Extras | None) -> tuple[Cast, Case]:
    """Who plays, and the state that all versions have."""
    cast = make_cast(source)
    if extras is not None:
        extras.prepare(source, cast)
    return cast, _state(source, cast)


def _case(source: Source, count: int, sizes: Weights, extras: Extras | None) -> Case:
    cast, state = prepared(source, extras)
    if extras is not None:
        state = extras.furnish(source, cast, state)
    context = first_context(source, cast)
    if cast.loud and source.chance(50):
        context = replace(context, da=DataAvailability.BLOBS)
    blocks: list[Block] = []
    for _ in range(count):
        if blocks:
            context = next_context(source, cast, context)
        made = block(source, cast, context, sizes)
        blocks.append(made if extras is None else extras.vary(source, cast, made))
    return replace(state, blocks=tuple(blocks))


def as_batch(made: Case) -> Case:
    """The case with blocks that follow each other, as those of a batch must.

    Upgrades in later blocks are refused by no block but by the batch, so they go.
    """
    first = made.blocks[0]
    # What a block is told of those before is forgotten by those after, and what a
    # later one would have to be told, its own batch's hashes, nobody knows before.
    first = replace(first, context=replace(first.context, block_hashes=None))
    blocks = [first]
    for item in made.blocks[1:MOST_BLOCKS]:
        last = blocks[-1].context
        context = replace(
            item.context,
            chain_id=first.context.chain_id,
            block_number=(last.block_number + 1) % (1 << 64),
            timestamp=max(item.context.timestamp, last.timestamp),
            block_hashes=None,
            last_block_timestamp=None,
            da=first.context.da,
        )
        stay = tuple(tx for tx in item.transactions if not is_upgrade(tx))
        blocks.append(replace(item, context=context, transactions=stay))
    return replace(made, blocks=tuple(blocks), batch=True)


def is_upgrade(item: Transaction) -> bool:
    """Whether a transaction is, or is encoded as, a protocol upgrade."""
    match item:
        case FieldTransaction(kind=kind):
            return kind is Kind.UPGRADE
        case EncodedTransaction(data=body):
            return body[_TYPE_BYTE : _TYPE_BYTE + 1] == bytes([Kind.UPGRADE.value])
    return False


def block(
    source: Source, cast: Cast, context: BlockContext, sizes: Weights = _SIZE_WEIGHTS
) -> Block:
    """Some transactions in the order of the cast's nonces."""
    count = source.choose(_SIZES, sizes)
    transactions = []
    for index in range(count):
        made = transaction(source, cast, context, first=index == 0)
        if _can_be_encoded(made, context):
            transactions.append(made)
    return Block(context, tuple(transactions))


def _can_be_encoded(made: Transaction, context: BlockContext) -> bool:
    """Whether the host can write it at all: numbers fit their words."""
    try:
        deliver(made, context.chain_id)
    except TransactionError:
        return False
    return True


def _state(source: Source, cast: Cast) -> Case:
    """Accounts, contracts and slots before the first block."""
    accounts = _externally_owned(source, cast)
    accounts += _authorities(source, cast)
    # Later contracts may be called by earlier ones: their addresses are all known.
    known = list(cast.contracts)
    accounts += [_contract(source, cast, address) for address in known]
    if source.chance(60):
        accounts.append(AccountState(UPGRADER, code=upgrader_code(source, cast)))
    for address in (0x8001, 0xDEAD, 0x800A, 5, 0x100):
        if source.chance(8):
            balance = source.below(1000)
            accounts.append(AccountState(address, balance, force=True))
    accounts += _ghosts(source)
    if cast.deep:
        accounts.append(AccountState(DEEP, nonce=1, code=recursion(source)))
    if cast.heavy:
        accounts.append(AccountState(LOOPER, nonce=1, code=looper_code()))
        accounts.append(AccountState(HERALD, nonce=1, code=herald_code()))
    if source.chance(30):
        accounts.sort(key=lambda item: item.address % 7)
    if source.chance(15):
        plain, slots = _as_sequence(accounts)
        return Case((), sequence=(*plain, *slots), preimages=CODES)
    return Case(
        (),
        accounts=tuple(accounts),
        leaves=_leaves(source, cast, accounts),
        preimages=CODES,
    )


def _externally_owned(source: Source, cast: Cast) -> list[AccountState]:
    """Senders: rich, with few exceptions; some run the code of others."""
    accounts = []
    for address in senders():
        nonce = source.choose((0, 0, 1, 127, 128, 255, 1 << 32))
        balance = RICH + source.below(1 << 20)
        account = AccountState(address, balance, nonce)
        match source.below(40):
            case 39:
                balance = source.choose((0, 1, 10**12))
                account = replace(account, balance=balance)
            case 38:
                account = replace(account, nonce=LAST_NONCE - source.below(2))
            case 37:
                code = contract_code(source, cast, address, 3)
                account = replace(account, code=code, deployed_empty=not code)
            case 36 | 35:
                account = replace(account, deployed_empty=True)
            case roll if roll >= 30:
                account = _delegating(source, cast, account)
        cast.nonces[address] = account.nonce
        accounts.append(account)
    return accounts


def _authorities(source: Source, cast: Cast) -> list[AccountState]:
    """Accounts that only authorize: mostly there are none yet."""
    accounts = []
    for address in authorities():
        account = AccountState(address, source.choose((0, 1, 10**18)))
        match source.below(10):
            case 9:
                account = replace(account, nonce=source.choose((1, 127, LAST_NONCE)))
            case 8:
                account = _delegating(source, cast, account)
            case 7:
                account = replace(account, code=contract_code(source, cast, address, 2))
            case 6:
                pass
            case _:
                continue
        cast.nonces[address] = account.nonce
        accounts.append(account)
    return accounts


def _delegating(source: Source, cast: Cast, account: AccountState) -> AccountState:
    """The account with a designation, which was made by a transaction before."""
    others = (*cast.contracts, *senders(), *_FIRST_DELEGATES)
    cast.expect_delegation(account.address)
    return replace(account, delegate=source.choose(others), nonce=max(account.nonce, 1))


def _ghosts(source: Source) -> list[AccountState]:
    """Accounts with one property: each matters to some rule about emptiness."""
    accounts = []
    for address in GHOSTS:
        match source.below(6):
            case 1 | 2:
                accounts.append(AccountState(address, nonce=source.choose((1, 200))))
            case 3:
                accounts.append(AccountState(address, source.choose((1, 10**6))))
            case 4:
                accounts.append(AccountState(address, code=b"\0"))
            case 5:
                accounts.append(AccountState(address, deployed_empty=True))
    return accounts


def _contract(source: Source, cast: Cast, address: int) -> AccountState:
    """A contract with code, balance and slots; some without a jump map."""
    nonce = source.choose((1, 1, 1, 0, 2, LAST_NONCE))
    balance = source.choose((0, 10**6, 10**18, 1))
    code = contract_code(source, cast, address)
    storage = {}
    for _ in range(source.choose((0, 1, 2, 4))):
        storage[cast.slot(source)] = source.choose((1, 0, word(source)))
    return AccountState(
        address,
        balance,
        nonce,
        code,
        deployed_empty=not code,
        code_version=0 if source.chance(10) else 1,
        storage=tuple(storage.items()),
    )


def _leaves(
    source: Source, cast: Cast, accounts: list[AccountState]
) -> tuple[SlotState, ...]:
    """Slots of anybody that are not among the accounts' own."""
    taken = {(item.address, slot) for item in accounts for slot, _ in item.storage}
    leaves = {}
    for _ in range(source.choose((0, 0, 1, 3))):
        key = (cast.address(source), cast.slot(source))
        # Slots of 0x8003 are accounts.
        if key not in taken and key[0] != 0x8003:
            leaves[key] = word(source)
    return tuple(SlotState(*key, value) for key, value in leaves.items())


def _as_sequence(
    accounts: list[AccountState],
) -> tuple[list[AccountState], list[SlotState]]:
    """The same state with all accounts before all slots."""
    plain = [replace(item, storage=()) for item in accounts]
    slots = [
        SlotState(item.address, slot, value)
        for item in accounts
        for slot, value in item.storage
    ]
    return plain, slots
