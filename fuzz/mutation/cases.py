"""Changes of a case: one to four small ones, then nonces that fit mostly."""

from dataclasses import replace
from typing import Any, Final

from fuzz.mutation.cast import (
    fund_senders,
    known_addresses,
    repair_nonces,
    transactions_of,
    with_transactions,
)
from fuzz.mutation.codes import mutate_code
from fuzz.mutation.metamorphic import METAMORPHIC, later
from fuzz.mutation.text import case_weight
from fuzz.mutation.transactions import MOST_GAS, mutate_number, mutate_transaction
from fuzz.strategies.fees import scheme
from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source, Weights
from zkos.host.case import AccountState, Case
from zkos.host.context import MAX_BLOCK_GAS_LIMIT, BlockContext
from zkos.host.transactions import FieldTransaction, Transaction

_MOST_TRANSACTIONS: Final = 24
_MOST_BLOCKS: Final = 4
_MOST_WEIGHT: Final = 12_000
"""Bytes beyond which a case does not grow: small ones run more often."""
_CHANGES: Final = Weights(24, 30, 12, 12, 6, 8, 8)
_LATEST_NUMBER: Final = 1 << 63
_WORD_LIMIT: Final = 1 << 64
_GAS_LIMITS: Final = MAX_BLOCK_GAS_LIMIT + 1


def mutate_case(source: Source, parent: Case, donor: Case) -> Case:
    """The parent with some changes, some of them from the donor."""
    case = parent
    for _ in range(source.choose((1, 1, 2, 2, 3, 4))):
        changed = _change(source, case, donor)
        if case_weight(changed) <= max(_MOST_WEIGHT, case_weight(case)):
            case = changed
    if case.accounts != parent.accounts:
        case = _with_bounded_gas(case)
    return case if source.chance(10) else repair_nonces(fund_senders(case))


def _with_bounded_gas(case: Case) -> Case:
    """Gas for minutes is only for code that was made to end."""
    for index, block in enumerate(case.blocks):
        items = [_bounded(item) for item in block.transactions]
        if items != list(block.transactions):
            case = with_transactions(case, index, items)
    return case


def _bounded(item: Transaction) -> Transaction:
    if isinstance(item, FieldTransaction) and item.gas_limit > MOST_GAS:
        return replace(item, gas_limit=MOST_GAS)
    return item


def _change(source: Source, case: Case, donor: Case) -> Case:
    match _CHANGES.index(source.below(_CHANGES.total)):
        case 0:
            return _change_code(source, case, donor)
        case 1:
            return _change_transaction(source, case)
        case 2:
            return _change_list(source, case, donor)
        case 3:
            return _change_account(source, case)
        case 4:
            return _change_context(source, case)
        case 5:
            return _cross(source, case, donor)
    return source.choose(METAMORPHIC)(source, case)


def _change_code(source: Source, case: Case, donor: Case) -> Case:
    places = [i for i, entry in enumerate(case.accounts) if entry.code]
    if not places:
        return _change_transaction(source, case)
    others = [entry.code for entry in donor.accounts if entry.code] or [b""]
    index = source.choose(places)
    entry = case.accounts[index]
    code = mutate_code(source, entry.code, source.choose(others))
    return _with_account(case, index, replace(entry, code=code))


def _change_transaction(source: Source, case: Case) -> Case:
    index = source.below(len(case.blocks))
    block = case.blocks[index]
    if not block.transactions:
        return case
    items = list(block.transactions)
    at = source.below(len(items))
    items[at] = mutate_transaction(source, items[at], case, block.context)
    return with_transactions(case, index, items)


def _change_list(source: Source, case: Case, donor: Case) -> Case:
    """Drop, repeat, swap or take over transactions."""
    index = source.below(len(case.blocks))
    items = list(case.blocks[index].transactions)
    at = source.below(len(items) + 1)
    others = transactions_of(donor)
    match source.below(4):
        case 0 if at < len(items):
            del items[at]
        case 1 if at < len(items):
            items.insert(source.below(len(items) + 1), items[at])
        case 2 if at < len(items):
            other = source.below(len(items))
            items[at], items[other] = items[other], items[at]
        case _ if others:
            items.insert(at, source.choose(others))
    return with_transactions(case, index, items[:_MOST_TRANSACTIONS])


def _change_account(source: Source, case: Case) -> Case:
    if not case.accounts:
        return _change_context(source, case)
    index = source.below(len(case.accounts))
    entry = case.accounts[index]
    match source.below(6):
        case 0:
            entry = replace(entry, balance=mutate_number(source, entry.balance))
        case 1:
            nonce = mutate_number(source, entry.nonce) % (1 << 64)
            entry = replace(entry, nonce=nonce)
        case 2:
            entry = replace(entry, force=not entry.force)
        case 3 if entry.code or entry.deployed_empty:
            entry = replace(entry, code_version=1 - entry.code_version)
        case 4 if not (entry.code or entry.deployed_empty):
            delegate = source.choose((None, *known_addresses(case)))
            entry = replace(entry, delegate=delegate)
        case _:
            entry = _change_storage(source, case, entry)
    return _with_account(case, index, entry)


def _change_storage(source: Source, case: Case, entry: AccountState) -> AccountState:
    slots = dict(entry.storage)
    if slots and source.chance(30):
        del slots[source.choose(list(slots))]
    else:
        key = source.choose((0, 1, 2, word(source)))
        taken = {leaf.slot for leaf in case.leaves if leaf.address == entry.address}
        if key not in taken:
            slots[key] = source.choose((0, 1, word(source)))
    return replace(entry, storage=tuple(slots.items()))


def _change_context(source: Source, case: Case) -> Case:
    index = source.below(len(case.blocks))
    block = case.blocks[index]
    changes: dict[str, Any] = {}
    match source.below(9):
        case 0:
            changes["eip1559_basefee"] = source.choose((0, 1, 7, 1000, 10**9))
        case 1:
            changes["native_price"] = source.choose((0, 1, 10, 1000, word(source)))
        case 2:
            price = block.context.native_price
            dear = min(800 * price, (1 << 256) - 1)
            changes["pubdata_price"] = source.choose((0, 1, price, dear))
        case 3:
            changes["coinbase"] = source.choose(known_addresses(case))
        case 4:
            number = mutate_number(source, block.context.block_number)
            changes["block_number"] = number % _LATEST_NUMBER
        case 5:
            changes["da"] = scheme(source)
        case 6:
            limit = mutate_number(source, block.context.gas_limit)
            changes["gas_limit"] = source.choose((limit, 100_000)) % _GAS_LIMITS
        case 7:
            limit = mutate_number(source, block.context.pubdata_limit)
            changes["pubdata_limit"] = source.choose((limit, 200)) % _WORD_LIMIT
        case _:
            number = mutate_number(source, block.context.timestamp)
            changes["timestamp"] = number % _LATEST_NUMBER
    context = replace(block.context, **changes)
    changed = replace(block, context=context)
    return replace(
        case, blocks=(*case.blocks[:index], changed, *case.blocks[index + 1 :])
    )


def _cross(source: Source, case: Case, donor: Case) -> Case:
    """Parts of the donor in place of our own."""
    match source.below(4):
        case 0 if len(case.blocks) < _MOST_BLOCKS:
            added = source.choose(donor.blocks)
            context = _following(case.blocks[-1].context, added.context)
            added = replace(added, context=context)
            return replace(case, blocks=(*case.blocks, added))
        case 1 if len(case.blocks) > 1:
            keep = source.below(len(case.blocks))
            return replace(case, blocks=(*case.blocks[:keep], *case.blocks[keep + 1 :]))
        case 2:
            context = source.choose(donor.blocks).context
            first = replace(case.blocks[0], context=context)
            return replace(case, blocks=(first, *case.blocks[1:]))
    return _with_accounts_of(source, case, donor)


def _following(before: BlockContext, context: BlockContext) -> BlockContext:
    return replace(
        context,
        chain_id=before.chain_id,
        block_number=later(before.block_number),
        timestamp=later(before.timestamp),
        block_hashes=None,
        last_block_timestamp=None,
    )


def _with_accounts_of(source: Source, case: Case, donor: Case) -> Case:
    """One account of the donor, in place of ours if we have it."""
    if not case.accounts or not donor.accounts:
        return case
    entry = source.choose(donor.accounts)
    leaves = tuple(leaf for leaf in case.leaves if leaf.address != entry.address)
    kept = tuple(item for item in case.accounts if item.address != entry.address)
    return replace(case, accounts=(*kept, entry), leaves=leaves)


def _with_account(case: Case, index: int, entry: AccountState) -> Case:
    if entry.deployed_empty and entry.code:
        entry = replace(entry, deployed_empty=False)
    if not (entry.code or entry.deployed_empty):
        entry = replace(entry, code_version=1)
    accounts = (*case.accounts[:index], entry, *case.accounts[index + 1 :])
    return replace(case, accounts=accounts)
