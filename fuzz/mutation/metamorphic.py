"""Changes that keep what a case means: names, order of words, unneeded steps.

Each gives a case that should behave alike in what it does not touch. They lead the
search sideways: the same path with other addresses, other slots of the tree, other
counts of transactions and blocks.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from fuzz.mutation.cast import with_transactions
from fuzz.mutation.codes import insert_dead_code
from fuzz.strategies.source import Source
from zkos.host.case import Block, Case
from zkos.host.renaming import rename
from zkos.host.transactions import FieldTransaction

_FIRST_ORDINARY: Final = 0x10000
"""Addresses below have a meaning of their own."""
_SLACK: Final = 50_000
_LAST_NUMBER: Final = (1 << 64) - 1


def rename_address(source: Source, case: Case) -> Case:
    """A contract under another address, wherever it is named in full."""
    contracts = [
        entry.address
        for entry in case.accounts
        if entry.code and entry.address >= _FIRST_ORDINARY
    ]
    if not contracts:
        return case
    old = source.choose(contracts)
    # A neighbour by one bit, or anywhere else in the tree.
    new = old ^ 1 << source.below(160)
    if source.chance(50):
        new = int.from_bytes(source.bytes(20), "big")
    used = {entry.address for entry in case.leaf_order}
    if new in used or new < _FIRST_ORDINARY:
        return case
    return rename(case, {old: new})


def split_transaction(source: Source, case: Case) -> Case:
    """A transfer as two smaller ones."""
    index = source.below(len(case.blocks))
    items = list(case.blocks[index].transactions)
    for at, item in enumerate(items):
        if isinstance(item, FieldTransaction) and item.value and item.to is not None:
            part = source.below(item.value + 1)
            items[at : at + 1] = [
                replace(item, value=part),
                replace(item, value=item.value - part),
            ]
            break
    return with_transactions(case, index, items)


def merge_transactions(source: Source, case: Case) -> Case:
    """Two neighbours to the same target as one with both values."""
    index = source.below(len(case.blocks))
    items = list(case.blocks[index].transactions)
    for at, (one, two) in enumerate(itertools.pairwise(items)):
        if (
            isinstance(one, FieldTransaction)
            and isinstance(two, FieldTransaction)
            and one.to == two.to
            and one.private_key == two.private_key
        ):
            value = min(one.value + two.value, (1 << 256) - 1)
            items[at : at + 2] = [replace(one, value=value)]
            break
    return with_transactions(case, index, items)


def add_dead_code(source: Source, case: Case) -> Case:
    """Instructions without effect in a contract."""
    places = [i for i, entry in enumerate(case.accounts) if entry.code]
    if not places:
        return case
    index = source.choose(places)
    entry = case.accounts[index]
    entry = replace(entry, code=insert_dead_code(source, entry.code))
    accounts = (*case.accounts[:index], entry, *case.accounts[index + 1 :])
    return replace(case, accounts=accounts)


def add_gas_slack(source: Source, case: Case) -> Case:
    """More gas for every transaction."""
    slack = source.integer(1, _SLACK)
    blocks = tuple(
        replace(
            block,
            transactions=tuple(
                replace(item, gas_limit=item.gas_limit + slack)
                if isinstance(item, FieldTransaction) and item.gas_limit < 1 << 32
                else item
                for item in block.transactions
            ),
        )
        for block in case.blocks
    )
    return replace(case, blocks=blocks)


def split_block(source: Source, case: Case) -> Case:
    """A block as two that follow each other."""
    index = source.below(len(case.blocks))
    block = case.blocks[index]
    if len(block.transactions) < 2:
        return case
    at = source.integer(1, len(block.transactions) - 1)
    context = replace(
        block.context,
        block_number=later(block.context.block_number),
        timestamp=later(block.context.timestamp),
        block_hashes=None,
        last_block_timestamp=None,
    )
    halves = (
        Block(block.context, block.transactions[:at]),
        Block(context, block.transactions[at:]),
    )
    return replace(
        case, blocks=(*case.blocks[:index], *halves, *case.blocks[index + 1 :])
    )


def later(number: int) -> int:
    """The next number or time, or the last there is."""
    return min(number + 1, _LAST_NUMBER)


METAMORPHIC: Final[tuple[Callable[[Source, Case], Case], ...]] = (
    rename_address,
    split_transaction,
    merge_transactions,
    add_dead_code,
    add_gas_slack,
    split_block,
)
"""All of them."""
