"""Smaller versions of a case, the boldest first."""

from collections.abc import Iterator
from dataclasses import replace

from fuzz.mutation.cast import with_transactions
from zkos.host.case import Block, Case
from zkos.host.transactions import FieldTransaction


def shrink_case(case: Case) -> Iterator[Case]:
    """Cases with one thing less."""
    for index in range(len(case.blocks)):
        if len(case.blocks) > 1:
            blocks = case.blocks[:index] + case.blocks[index + 1 :]
            yield replace(case, blocks=blocks)
    for index, block in enumerate(case.blocks):
        yield from _fewer_transactions(case, index, block)
    yield from _smaller_state(case)
    for index, block in enumerate(case.blocks):
        yield from _smaller_transactions(case, index, block)


def _fewer_transactions(case: Case, index: int, block: Block) -> Iterator[Case]:
    items = list(block.transactions)
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            yield with_transactions(case, index, items[:start] + items[start + size :])
        size //= 2


def _smaller_state(case: Case) -> Iterator[Case]:
    if case.leaves:
        yield replace(case, leaves=())
    if case.preimages:
        yield replace(case, preimages=())
    for index, entry in enumerate(case.accounts):
        before, after = case.accounts[:index], case.accounts[index + 1 :]
        yield replace(case, accounts=before + after)
        if entry.storage:
            bare = replace(entry, storage=())
            yield replace(case, accounts=(*before, bare, *after))
        for code in _smaller_bytes(entry.code):
            yield replace(case, accounts=(*before, replace(entry, code=code), *after))


def _smaller_transactions(case: Case, index: int, block: Block) -> Iterator[Case]:
    for at, item in enumerate(block.transactions):
        if not isinstance(item, FieldTransaction):
            continue
        items = list(block.transactions)
        smaller = [replace(item, data=data) for data in _smaller_bytes(item.data)]
        if item.access_list:
            smaller.append(replace(item, access_list=None))
        entries = item.authorization_list
        for place in range(len(entries) if len(entries) > 1 else 0):
            rest = entries[:place] + entries[place + 1 :]
            smaller.append(replace(item, authorization_list=rest))
        if item.value:
            smaller.append(replace(item, value=0))
        for less in smaller:
            items[at] = less
            yield with_transactions(case, index, items)


def _smaller_bytes(content: bytes) -> Iterator[bytes]:
    """Without a half, a quarter and so on down to a byte."""
    size = len(content)
    while size:
        for start in range(0, len(content), size):
            yield content[:start] + content[start + size :]
        size //= 2
