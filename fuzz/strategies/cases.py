"""Whole cases: a state and one or more blocks of transactions on it."""

from dataclasses import replace
from typing import Final

from fuzz.strategies.cast import (
    DEEP,
    GHOSTS,
    UPGRADER,
    Cast,
    make_cast,
    senders,
)
from fuzz.strategies.contracts import account_code, upgrader_code
from fuzz.strategies.decrees import CODES
from fuzz.strategies.fees import first_context, next_context
from fuzz.strategies.numbers import word
from fuzz.strategies.programs import contract_code
from fuzz.strategies.routines import recursion
from fuzz.strategies.source import Source, Weights
from fuzz.strategies.transactions import transaction
from zkos.host.case import AccountState, Block, Case, SlotState
from zkos.host.context import BlockContext
from zkos.host.transactions import FieldTransaction, TransactionError, encode_fields

ACCOUNT: Final = 0xACC0_0000_0001
RICH: Final = 10**30
LAST_NONCE: Final = (1 << 64) - 1
_BLOCKS: Final = (1, 2, 3)
_BLOCK_WEIGHTS: Final = Weights(78, 15, 7)
_SIZES: Final = (2, 1, 3, 4, 6, 8, 0)
_SIZE_WEIGHTS: Final = Weights(28, 20, 24, 16, 8, 3, 1)


def case(source: Source) -> Case:
    """A state and blocks; each can be run, saved and read again."""
    cast = make_cast(source)
    state = _state(source, cast)
    context = first_context(source, cast)
    blocks = [block(source, cast, context)]
    for _ in range(source.choose(_BLOCKS, _BLOCK_WEIGHTS) - 1):
        context = next_context(source, cast, context)
        blocks.append(block(source, cast, context))
    return replace(state, blocks=tuple(blocks))


def block(source: Source, cast: Cast, context: BlockContext) -> Block:
    """Some transactions in the order of the cast's nonces."""
    count = source.choose(_SIZES, _SIZE_WEIGHTS)
    transactions = []
    for index in range(count):
        made = transaction(source, cast, context, first=index == 0)
        if _can_be_encoded(made, context):
            transactions.append(made)
    return Block(context, tuple(transactions))


def _can_be_encoded(made: object, context: BlockContext) -> bool:
    """Whether the host can write it at all: numbers fit their words."""
    if not isinstance(made, FieldTransaction):
        return True
    try:
        encode_fields(made, context.chain_id)
    except TransactionError:
        return False
    return True


def _state(source: Source, cast: Cast) -> Case:
    """Accounts, contracts and slots before the first block."""
    if source.chance(35):
        cast.accounts.append(ACCOUNT)
        cast.expect_contract(ACCOUNT)
    accounts = _externally_owned(source, cast)
    # Later contracts may be called by earlier ones: their addresses are all known.
    known = list(cast.contracts)
    accounts += [_contract(source, cast, address) for address in known]
    if source.chance(20):
        accounts.append(AccountState(UPGRADER, code=upgrader_code(source, cast)))
    for address in (0x8001, 0xDEAD, 0x800A, 5):
        if source.chance(8):
            balance = source.below(1000)
            accounts.append(AccountState(address, balance, force=True))
    accounts += _ghosts(source)
    if cast.deep:
        accounts.append(AccountState(DEEP, nonce=1, code=recursion(source)))
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
    """Senders: rich, with few exceptions."""
    accounts = []
    for address in senders():
        nonce = source.choose((0, 0, 1, 127, 128, 255, 1 << 32))
        balance = RICH + source.below(1 << 20)
        code, empty = b"", False
        match source.below(40):
            case 39:
                balance = source.choose((0, 1, 10**12))
            case 38:
                nonce = LAST_NONCE - source.below(2)
            case 37:
                code = contract_code(source, cast, address, 3)
            case 36 | 35:
                empty = True
        cast.nonces[address] = nonce
        accounts.append(AccountState(address, balance, nonce, code, empty))
    return accounts


def _ghosts(source: Source) -> list[AccountState]:
    """Accounts with one property: each matters to some rule about emptiness."""
    accounts = []
    for address in GHOSTS:
        match source.below(5):
            case 1 | 2:
                accounts.append(AccountState(address, nonce=source.choose((1, 200))))
            case 3:
                accounts.append(AccountState(address, source.choose((1, 10**6))))
            case 4:
                accounts.append(AccountState(address, code=b"\0"))
    return accounts


def _contract(source: Source, cast: Cast, address: int) -> AccountState:
    """A contract with code, balance and slots."""
    nonce = source.choose((1, 1, 1, 0, 2, LAST_NONCE))
    balance = source.choose((0, 10**6, 10**18, 1))
    if address in cast.accounts:
        nonce, balance = source.choose((1, 0, 5)), RICH
        cast.nonces[address] = nonce
        code = account_code(source, cast, address)
    else:
        code = contract_code(source, cast, address)
    empty = not code
    storage = {}
    for _ in range(source.choose((0, 1, 2, 4))):
        storage[cast.slot(source)] = source.choose((1, 0, word(source)))
    return AccountState(
        address,
        balance,
        nonce,
        code,
        deployed_empty=empty,
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
