"""The addresses a case knows, and nonces that follow each other again."""

from dataclasses import replace
from typing import Final

from fuzz.strategies.cast import STRANGERS, authorities
from zkos.host.case import AccountState, Case
from zkos.host.signing import address_of_key
from zkos.host.transactions import Authorization, FieldTransaction, Transaction

_RICH: Final = 10**30
_LAST_NONCE: Final = (1 << 64) - 1


def known_addresses(case: Case) -> tuple[int, ...]:
    """Addresses with something at them, and special ones."""
    known = (entry.address for entry in case.leaf_order)
    return (*known, *STRANGERS, *authorities())


def repair_nonces(case: Case) -> Case:
    """The case with the nonces of signed transactions as if all were included."""
    nonces = {
        entry.address: entry.nonce
        for entry in case.leaf_order
        if isinstance(entry, AccountState)
    }
    blocks = tuple(
        replace(
            block,
            transactions=tuple(_repaired(item, nonces) for item in block.transactions),
        )
        for block in case.blocks
    )
    return replace(case, blocks=blocks)


def _repaired(item: Transaction, nonces: dict[int, int]) -> Transaction:
    if not isinstance(item, FieldTransaction) or not item.kind.is_signed:
        return item
    sender = item.sender
    if sender is None and item.private_key is not None:
        sender = address_of_key(item.private_key)
    if sender is None or item.signature is not None:
        return item
    nonce = nonces.get(sender, 0)
    nonces[sender] = min(nonce + 1, _LAST_NONCE)
    entries = tuple(_authorized(entry, nonces) for entry in item.authorization_list)
    if item.nonce == nonce and entries == item.authorization_list:
        return item
    return replace(item, nonce=nonce, authorization_list=entries)


def _authorized(entry: Authorization, nonces: dict[int, int]) -> Authorization:
    """An entry that is signed here, with the nonce its account will have."""
    if entry.private_key is None or (entry.r, entry.s, entry.y) != (None, None, None):
        return entry
    authority = address_of_key(entry.private_key)
    nonce = nonces.get(authority, 0)
    nonces[authority] = min(nonce + 1, _LAST_NONCE)
    return replace(entry, nonce=nonce)


def fund_senders(case: Case) -> Case:
    """The case with ether for signers it does not know, as of a donor's transactions.

    A state given as a sequence stays as it is.
    """
    if case.sequence:
        return case
    known = {entry.address for entry in case.accounts}
    missing = [address for address in _signers(case) if address not in known]
    added = tuple(AccountState(address, _RICH) for address in missing)
    return replace(case, accounts=(*case.accounts, *added)) if added else case


def _signers(case: Case) -> list[int]:
    """Who signs with a key of the case, each once."""
    return list(
        dict.fromkeys(
            address_of_key(item.private_key)
            for item in transactions_of(case)
            if isinstance(item, FieldTransaction) and item.private_key is not None
        )
    )


def transactions_of(case: Case) -> list[Transaction]:
    """Of all blocks."""
    return [item for block in case.blocks for item in block.transactions]


def with_transactions(case: Case, index: int, transactions: list[Transaction]) -> Case:
    """The case with another list of transactions in one block."""
    block = replace(case.blocks[index], transactions=tuple(transactions))
    return replace(
        case, blocks=(*case.blocks[:index], block, *case.blocks[index + 1 :])
    )
