"""Cases with other addresses: the same work under other names."""

from collections.abc import Mapping
from dataclasses import replace

from zkos.host.case import AccountState, Block, Case
from zkos.host.transactions import AccessListEntry, FieldTransaction, Transaction


def rename(case: Case, names: Mapping[int, int]) -> Case:
    """The case with addresses under other names, in code and data too."""
    return replace(
        case,
        accounts=tuple(_renamed_account(entry, names) for entry in case.accounts),
        sequence=tuple(
            _renamed_account(entry, names)
            if isinstance(entry, AccountState)
            else replace(entry, address=names.get(entry.address, entry.address))
            for entry in case.sequence
        ),
        leaves=tuple(
            replace(leaf, address=names.get(leaf.address, leaf.address))
            for leaf in case.leaves
        ),
        blocks=tuple(_renamed_block(block, names) for block in case.blocks),
    )


def _renamed_account(entry: AccountState, names: Mapping[int, int]) -> AccountState:
    address = names.get(entry.address, entry.address)
    return replace(entry, address=address, code=_renamed_bytes(entry.code, names))


def _renamed_block(block: Block, names: Mapping[int, int]) -> Block:
    coinbase = names.get(block.context.coinbase, block.context.coinbase)
    return replace(
        block,
        context=replace(block.context, coinbase=coinbase),
        transactions=tuple(
            _renamed_transaction(item, names) for item in block.transactions
        ),
    )


def _renamed_transaction(item: Transaction, names: Mapping[int, int]) -> Transaction:
    if not isinstance(item, FieldTransaction):
        return item
    entries = item.access_list
    if entries is not None:
        entries = tuple(
            AccessListEntry(names.get(entry.address, entry.address), entry.storage_keys)
            for entry in entries
        )
    return replace(
        item,
        to=None if item.to is None else names.get(item.to, item.to),
        sender=None if item.sender is None else names.get(item.sender, item.sender),
        data=_renamed_bytes(item.data, names),
        access_list=entries,
    )


def _renamed_bytes(content: bytes, names: Mapping[int, int]) -> bytes:
    for old, new in names.items():
        content = content.replace(old.to_bytes(20, "big"), new.to_bytes(20, "big"))
    return content
