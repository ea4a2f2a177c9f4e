"""Calldata of a length that puts the end of an encoded item at the end of a block.

Hashes of transactions run over their RLP encoding: what matters is where its prefixes
and items lie in the blocks of Keccak-256, and which form the prefixes have.
"""

from dataclasses import replace
from typing import Final

from fuzz.strategies.envelopes import DATA_INDEX, unsigned_items
from fuzz.strategies.source import Source
from zkos.host import rlp
from zkos.host.transactions import FieldTransaction, Kind

BLOCK_BYTES: Final = 136
_SIGNATURE_BYTES: Final = 67
_ZERO_GAS: Final = 4
_INITCODE_WORD_GAS: Final = 2
_PLACES: Final = (0, BLOCK_BYTES - 1, 1)


def pad_to_block(
    source: Source, transaction: FieldTransaction, chain_id: int
) -> FieldTransaction:
    """The transaction with zeros behind its data, and the gas they cost."""
    place = source.choose(_PLACES)
    behind = source.below(6)
    signed = source.chance(50)
    padded = transaction
    # Prefixes may grow with what was added: look again.
    for _ in range(2):
        ends = item_ends(padded, chain_id, signed=signed)
        end = ends[min(behind, len(ends) - 1)]
        padded = _with_zeros(padded, (place - end) % BLOCK_BYTES)
    return padded


def item_ends(
    transaction: FieldTransaction, chain_id: int, *, signed: bool
) -> list[int]:
    """Where the data ends in the encoding, and prefixes and items behind it."""
    items = unsigned_items(transaction, chain_id)
    payload = sum(len(rlp.encode(item)) for item in items)
    payload += _SIGNATURE_BYTES if signed else 0
    position = (transaction.kind is not Kind.LEGACY) + _prefix_bytes(payload)
    data_index = DATA_INDEX[transaction.kind]
    for item in items[: data_index + 1]:
        position += len(rlp.encode(item))
    ends = [position]
    for item in items[data_index + 1 :]:
        position = _walk(item, position, ends)
    return ends


def _walk(item: rlp.Encodable, start: int, ends: list[int]) -> int:
    """Append the ends of an item's prefix and members; where it ends itself."""
    size = len(rlp.encode(item))
    if isinstance(item, int | bytes):
        ends.append(start + size)
        return start + size
    position = start + size - sum(len(rlp.encode(member)) for member in item)
    ends.append(position)
    for member in item:
        position = _walk(member, position, ends)
    return start + size


def _prefix_bytes(payload: int) -> int:
    """Lists have prefixes as long as those of strings."""
    return len(rlp.encode(bytes(payload))) - payload


def _with_zeros(transaction: FieldTransaction, count: int) -> FieldTransaction:
    gas = _ZERO_GAS * count
    if transaction.to is None:
        gas += _INITCODE_WORD_GAS * ((count + 31) // 32)
    return replace(
        transaction,
        data=transaction.data + bytes(count),
        gas_limit=transaction.gas_limit + gas,
    )
