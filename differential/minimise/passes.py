"""What is tried to make a case smaller, coarse things first.

Each pass takes a search and offers it candidates made from its present case. All are
repeated until none is accepted any more.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any, Final

from differential.minimise.bytecode import shrink_code
from differential.minimise.places import (
    Place,
    offer_block,
    offer_transaction,
    places,
    transaction_at,
    with_transactions,
)
from differential.minimise.reduction import leave_out, make_small, shorter
from differential.minimise.search import Search
from differential.minimise.signed import open_bytes, own_keys, shrink_bytes
from zkos.host.case import AccountState, Block, Case, SlotState
from zkos.host.context import BlockContext
from zkos.host.edits import AnswerEdit
from zkos.host.signing import address_of_key
from zkos.host.transactions import FieldTransaction, Transaction

MAX_ROUNDS: Final = 20
NUMBERS: Final = ("value", "gas_limit", "max_fee_per_gas", "gas_per_pubdata")
OPTIONAL: Final = (
    "max_priority_fee_per_gas",
    "mint_value",
    "refund_recipient",
    "factory_deps",
    "chain_id",
    "v",
    "format",
    "authorization_list",
    "blob_hashes",
    "max_fee_per_blob_gas",
    "reserved",
    "reserved_dynamic",
)
"""Fields of a transaction that may be left to their default."""
ROUND_GAS: Final = (100_000, 1_000_000)


def minimise(search: Search) -> Case:
    """Make the case of a search as small as the passes can."""
    for _ in range(MAX_ROUNDS):
        before = search.case
        for reduce in PASSES:
            reduce(search)
        if search.case == before:
            break
    return search.case


def drop_blocks(search: Search) -> None:
    """Leave out blocks of a chain."""
    leave_out(
        search.case.blocks,
        lambda kept: bool(kept) and search.offer(replace(search.case, blocks=kept)),
    )


def drop_transactions(search: Search) -> None:
    """Leave out transactions; later ones of the same sender get the nonces."""

    def test(kept: tuple[Place, ...]) -> bool:
        chosen = set(kept)
        repaired = _keep_transactions(original, chosen, repair=True)
        plain = _keep_transactions(original, chosen, repair=False)
        return search.offer(repaired) or search.offer(plain)

    original = search.case
    leave_out(tuple(places(original)), test)


def _keep_transactions(case: Case, chosen: set[Place], *, repair: bool) -> Case:
    """The case with these transactions only."""
    missing: dict[Any, int] = {}
    blocks = []
    for number, block in enumerate(case.blocks):
        kept = []
        for index, transaction in enumerate(block.transactions):
            author = _author(transaction)
            if (number, index) not in chosen:
                missing[author] = missing.get(author, 0) + 1
                continue
            if repair and isinstance(transaction, FieldTransaction):
                nonce = transaction.nonce - missing.get(author, 0)
                transaction = replace(transaction, nonce=max(0, nonce))
            kept.append(transaction)
        blocks.append(replace(block, transactions=tuple(kept)))
    return replace(case, blocks=tuple(blocks))


def _author(transaction: Transaction) -> Any:
    if isinstance(transaction, FieldTransaction):
        return transaction.private_key or transaction.sender
    return None


def drop_edits(search: Search) -> None:
    """Leave out lies of the host."""
    for number, block in enumerate(search.case.blocks):

        def test(
            kept: tuple[AnswerEdit, ...], number: int = number, block: Block = block
        ) -> bool:
            return offer_block(search, number, replace(block, edits=kept))

        leave_out(block.edits, test)


def drop_state(search: Search) -> None:
    """Leave out accounts, entries of the leaf order, leaves, preimages."""
    for name in ("accounts", "sequence", "leaves", "preimages"):
        items: tuple[Any, ...] = getattr(search.case, name)
        leave_out(items, _offer_field(search, name))


def _offer_field(search: Search, name: str) -> Callable[[tuple[Any, ...]], bool]:
    def offer(kept: tuple[Any, ...]) -> bool:
        changed: dict[str, Any] = {name: kept}
        return search.offer(replace(search.case, **changed))

    return offer


def shrink_access_lists(search: Search) -> None:
    """Leave out whole access lists, entries, keys."""
    for place in places(search.case):
        transaction = transaction_at(search.case, place)
        if not isinstance(transaction, FieldTransaction):
            continue
        if not transaction.access_list:
            continue
        offer = offer_transaction(search, place)
        if offer(access_list=None):
            continue
        leave_out(
            transaction.access_list,
            lambda kept, offer=offer: offer(access_list=kept),  # type: ignore[misc]
        )
        _shrink_access_keys(search, place)


def _shrink_access_keys(search: Search, place: Place) -> None:
    transaction = transaction_at(search.case, place)
    assert isinstance(transaction, FieldTransaction)
    for number, entry in enumerate(transaction.access_list or ()):

        def test(kept: tuple[int, ...], number: int = number) -> bool:
            now = transaction_at(search.case, place)
            assert isinstance(now, FieldTransaction)
            entries = list(now.access_list or ())
            entries[number] = replace(entries[number], storage_keys=kept)
            return offer_transaction(search, place)(access_list=tuple(entries))

        leave_out(entry.storage_keys, test)


def shrink_storage(search: Search) -> None:
    """Leave out slots of accounts, and make their values small."""
    for name, index in _accounts(search.case):
        offer = _offer_account(search, name, index)
        leave_out(
            _account(search.case, name, index).storage,
            lambda kept, offer=offer: offer(storage=kept),  # type: ignore[misc]
        )
        _shrink_slot_numbers(search, name, index)


def _shrink_slot_numbers(search: Search, name: str, index: int) -> None:
    offer = _offer_account(search, name, index)
    for number in range(len(_account(search.case, name, index).storage)):
        for part in (0, 1):

            def test(value: int, number: int = number, part: int = part) -> bool:
                slots = list(_account(search.case, name, index).storage)
                pair = list(slots[number])
                pair[part] = value
                slots[number] = (pair[0], pair[1])
                keys = {key for key, _ in slots}
                return len(keys) == len(slots) and offer(storage=tuple(slots))

            pair = _account(search.case, name, index).storage[number]
            make_small(pair[part], test)


def shrink_codes(search: Search) -> None:
    """Make the code of accounts and the initcode of creations small."""
    for name, index in _accounts(search.case):
        offer = _offer_account(search, name, index)
        shrink_code(
            _account(search.case, name, index).code,
            lambda code, offer=offer: offer(code=code),  # type: ignore[misc]
        )
    for place in places(search.case):
        transaction = transaction_at(search.case, place)
        if isinstance(transaction, FieldTransaction) and transaction.to is None:
            offer = offer_transaction(search, place)
            shrink_code(
                transaction.data,
                lambda data, offer=offer: offer(data=data),  # type: ignore[misc]
            )


def shrink_calldata(search: Search) -> None:
    """Make calldata short, then zero."""
    for place in places(search.case):
        transaction = transaction_at(search.case, place)
        if isinstance(transaction, FieldTransaction) and transaction.to is not None:
            offer = offer_transaction(search, place)
            shorter(
                transaction.data,
                lambda data, offer=offer: offer(data=data),  # type: ignore[misc]
            )


def lower_nonces(search: Search) -> None:
    """Begin the nonces of senders at 0, with those of their transactions."""
    for name, index in _accounts(search.case):
        account = _account(search.case, name, index)
        if not account.nonce:
            continue
        changed: dict[Place, Transaction] = {}
        for place in places(search.case):
            transaction = transaction_at(search.case, place)
            if isinstance(transaction, FieldTransaction) and (
                transaction.private_key
                and address_of_key(transaction.private_key) == account.address
            ):
                nonce = max(0, transaction.nonce - account.nonce)
                changed[place] = replace(transaction, nonce=nonce)
        entries = list(getattr(search.case, name))
        entries[index] = replace(account, nonce=0)
        kept: dict[str, Any] = {name: tuple(entries)}
        search.offer(replace(with_transactions(search.case, changed), **kept))


def shrink_numbers(search: Search) -> None:
    """Bring balances, nonces, gas, values and the block context to small numbers."""
    for name, index in _accounts(search.case):
        offer = _offer_account(search, name, index)
        account = _account(search.case, name, index)
        for field in ("balance", "nonce"):
            make_small(
                getattr(account, field),
                lambda value, field=field, offer=offer: offer(**{field: value}),  # type: ignore[misc]
                (10**18,) if field == "balance" and account.balance > 10**18 else (),
            )
        for flag in ("force", "deployed_empty"):
            if getattr(account, flag):
                offer(**{flag: False})
    for place in places(search.case):
        _shrink_transaction(search, place)


def _shrink_transaction(search: Search, place: Place) -> None:
    transaction = transaction_at(search.case, place)
    if not isinstance(transaction, FieldTransaction):
        return
    offer = offer_transaction(search, place)
    defaults = {item.name: item.default for item in dataclass_fields(transaction)}
    for name in OPTIONAL:
        if getattr(transaction, name) != defaults[name]:
            offer(**{name: defaults[name]})
    for name in NUMBERS:
        number = getattr(transaction, name)
        rounds = [gas for gas in ROUND_GAS if gas < number]
        make_small(
            number,
            lambda value, name=name: offer(**{name: value}),  # type: ignore[misc]
            rounds if name == "gas_limit" else (),
        )


def default_context(search: Search) -> None:
    """Bring each field of each block context to its default."""
    for number in range(len(search.case.blocks)):
        for field in dataclass_fields(BlockContext):
            block = search.case.blocks[number]
            if getattr(block.context, field.name) != field.default:
                changed: dict[str, Any] = {field.name: field.default}
                context = replace(block.context, **changed)
                offer_block(search, number, replace(block, context=context))


def _accounts(case: Case) -> list[tuple[str, int]]:
    """Where the accounts of a case are: field and index."""
    found = []
    for name in ("accounts", "sequence"):
        entries: Sequence[AccountState | SlotState] = getattr(case, name)
        for index, entry in enumerate(entries):
            if isinstance(entry, AccountState):
                found.append((name, index))
    return found


def _account(case: Case, name: str, index: int) -> AccountState:
    account = getattr(case, name)[index]
    assert isinstance(account, AccountState)
    return account


def _offer_account(search: Search, name: str, index: int) -> Callable[..., bool]:
    """Offers the case with fields of one account changed."""

    def offer(**changes: Any) -> bool:
        entries = list(getattr(search.case, name))
        entries[index] = replace(entries[index], **changes)
        kept: dict[str, Any] = {name: tuple(entries)}
        return search.offer(replace(search.case, **kept))

    return offer


PASSES: Final[tuple[Callable[[Search], None], ...]] = (
    drop_blocks,
    drop_edits,
    drop_transactions,
    open_bytes,
    own_keys,
    drop_state,
    shrink_access_lists,
    shrink_storage,
    shrink_codes,
    shrink_calldata,
    shrink_bytes,
    lower_nonces,
    shrink_numbers,
    default_context,
)
"""In the order in which they run."""
