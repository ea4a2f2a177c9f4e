"""Transactions with less in them, signed again, by keys that anybody can have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final, TypeVar

from differential.ethereum.blocks import State
from differential.ethereum.eels import CHAIN_ID
from zkos.host.delivery import decode_transaction, deliver
from zkos.host.signing import address_of_key, keccak256
from zkos.host.transactions import (
    FieldTransaction,
    RawTransaction,
    TransactionError,
)

T = TypeVar("T")
_KEYS: Final = 64


@cache
def known_keys() -> Mapping[int, bytes]:
    """Private keys by address."""
    keys = (keccak256(b"sender %d" % number) for number in range(_KEYS))
    return {address_of_key(key): key for key in keys}


def with_known_keys(
    before: State, blocks: Sequence[Sequence[bytes]]
) -> tuple[State, list[list[bytes]]]:
    """The same with all senders moved to addresses whose keys are known.

    What cannot be read stays, as does what says an old address in its data.
    """
    moved: dict[int, int] = {}
    spare = iter([address for address in known_keys() if address not in before])
    made = []
    for items in blocks:
        made.append([_signed_anew(item, moved, spare) for item in items])
    state = {moved.get(address, address): item for address, item in before.items()}
    return state, made


def _signed_anew(item: bytes, moved: dict[int, int], spare: Iterator[int]) -> bytes:
    try:
        fields = decode_transaction(RawTransaction(item))
    except TransactionError:
        return item
    sender = fields.sender
    if sender is None or sender in known_keys():
        return item
    if sender not in moved:
        address = next(spare, None)
        if address is None:
            return item
        moved[sender] = address
    to = fields.to if fields.to is None else moved.get(fields.to, fields.to)
    fields = replace(fields, to=to)
    return _signed(fields, known_keys()[moved[sender]]) or item


def smaller_transactions(item: bytes) -> Iterator[bytes]:
    """A transaction with less in it, if the key of its sender is known."""
    try:
        fields = decode_transaction(RawTransaction(item))
    except TransactionError:
        return
    key = known_keys().get(fields.sender or 0)
    if key is None:
        return
    for less in _less(fields):
        signed = _signed(less, key)
        if signed is not None:
            yield signed


def _less(fields: FieldTransaction) -> Iterator[FieldTransaction]:
    for kept in without_pieces(tuple(fields.data)):
        yield replace(fields, data=bytes(kept))
    if fields.access_list:
        for entries in without_pieces(fields.access_list):
            yield replace(fields, access_list=entries)
    for authorized in without_pieces(fields.authorization_list):
        if authorized:
            yield replace(fields, authorization_list=authorized)
    for hashes in without_pieces(fields.blob_hashes):
        if hashes:
            yield replace(fields, blob_hashes=hashes)
    if fields.value:
        yield replace(fields, value=0)


def without_pieces(items: tuple[T, ...]) -> Iterator[tuple[T, ...]]:
    """Without all of them, a half, a quarter and so on down to one."""
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
        size //= 2


def _signed(fields: FieldTransaction, key: bytes) -> bytes | None:
    try:
        fields = replace(fields, private_key=key, signature=None, sender=None, v=None)
        return deliver(fields, CHAIN_ID).data
    except TransactionError:
        return None
