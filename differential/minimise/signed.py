"""Transactions that cannot be changed field by field, made such that can.

Bytes (signed RLP, encoded bodies) are read into fields, and what an unknown key has
signed gets a key of the case's own: its sender's account moves to the key's address,
wherever that is named in full. What no fields stand for is cut byte by byte.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from differential.minimise.places import (
    Place,
    places,
    transaction_at,
    with_transactions,
)
from differential.minimise.reduction import leave_out, shorter
from differential.minimise.search import Search
from zkos.host.case import Case
from zkos.host.codecs.rlp import sender_of
from zkos.host.delivery import decode_transaction
from zkos.host.renaming import rename
from zkos.host.rlp import encode as encode_rlp
from zkos.host.signing import address_of_key, keccak256
from zkos.host.transactions import (
    EncodedTransaction,
    FieldTransaction,
    RawTransaction,
    Transaction,
    TransactionError,
)

_WORD: Final = 32


def open_bytes(search: Search) -> None:
    """Give transactions by their fields: all at once, else each."""
    fields = dict(_fields_of_bytes(search.case))
    if not fields or search.offer(with_transactions(search.case, fields)):
        return
    for place, transaction in fields.items():
        search.offer(with_transactions(search.case, {place: transaction}))


def _fields_of_bytes(case: Case) -> Iterator[tuple[Place, Transaction]]:
    for place in places(case):
        transaction = transaction_at(case, place)
        if isinstance(transaction, FieldTransaction):
            continue
        try:
            yield place, decode_transaction(transaction)
        except TransactionError:
            continue


def own_keys(search: Search) -> None:
    """Replace signatures by keys, for all senders at once, else for each."""
    authors = _authors(search.case)
    if len(authors) > 1 and search.offer(_with_keys(search.case, authors)):
        return
    for author in authors:
        search.offer(_with_keys(search.case, [author]))


def _authors(case: Case) -> list[int]:
    """Senders of transactions that carry a signature and no key."""
    signed = (
        place for place in places(case) if _is_signed(transaction_at(case, place))
    )
    return list(dict.fromkeys(_sender(case, place) for place in signed))


def _is_signed(transaction: Transaction) -> bool:
    return (
        isinstance(transaction, FieldTransaction)
        and transaction.kind.is_signed
        and transaction.signature is not None
        and transaction.private_key is None
    )


def _sender(case: Case, place: Place) -> int:
    """Who is said to have sent it."""
    transaction = transaction_at(case, place)
    assert isinstance(transaction, FieldTransaction)
    return sender_of(transaction, case.blocks[place[0]].context.chain_id)


def _with_keys(case: Case, authors: Collection[int]) -> Case:
    """The case with all that these senders sent signed by keys it holds."""
    keys = dict(_known_keys(case))
    names: dict[int, int] = {}
    for author in authors:
        if author not in keys:
            keys[author] = _unused_key(case, names.values())
            names[author] = address_of_key(keys[author])
    changed: dict[Place, Transaction] = {}
    for place in places(case):
        transaction = transaction_at(case, place)
        if not isinstance(transaction, FieldTransaction) or not _is_signed(transaction):
            continue
        author = _sender(case, place)
        if author not in authors:
            continue
        changed[place] = replace(
            transaction, private_key=keys[author], signature=None, sender=None
        )
        if author in names and transaction.to is None:
            created = _created_by(author, transaction.nonce)
            names[created] = _created_by(names[author], transaction.nonce)
    return rename(with_transactions(case, changed), names)


def _known_keys(case: Case) -> Iterator[tuple[int, bytes]]:
    for place in places(case):
        transaction = transaction_at(case, place)
        if isinstance(transaction, FieldTransaction) and transaction.private_key:
            yield address_of_key(transaction.private_key), transaction.private_key


def _unused_key(case: Case, taken: Iterable[int]) -> bytes:
    """The smallest key whose address has no account yet."""
    used = {entry.address for entry in case.leaf_order} | set(taken)
    number = 1
    while address_of_key(number.to_bytes(_WORD, "big")) in used:
        number += 1
    return number.to_bytes(_WORD, "big")


def _created_by(sender: int, nonce: int) -> int:
    """The address of a contract that a transaction creates."""
    digest = keccak256(encode_rlp([sender.to_bytes(20, "big"), nonce]))
    return int.from_bytes(digest[12:], "big")


def shrink_bytes(search: Search) -> None:
    """Cut words, then bytes, of transactions that are still bytes."""
    for place in places(search.case):
        transaction = transaction_at(search.case, place)
        if not isinstance(transaction, FieldTransaction):
            _shrink_bytes_at(search, place, transaction)


def _shrink_bytes_at(
    search: Search, place: Place, transaction: RawTransaction | EncodedTransaction
) -> None:
    kept = transaction.data

    def offer(data: bytes) -> bool:
        nonlocal kept
        changed = {place: replace(transaction, data=data)}
        if not search.offer(with_transactions(search.case, changed)):
            return False
        kept = data
        return True

    words = [kept[at : at + _WORD] for at in range(0, len(kept), _WORD)]
    leave_out(words, lambda some: offer(b"".join(some)))
    shorter(kept, offer)
