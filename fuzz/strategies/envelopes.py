"""Signed transactions in pieces: RLP as wallets send it, and as nobody should.

An envelope is taken apart into encoded items, changed, and signed as it then is, so
that what is wrong with it is the encoding alone.
"""

from collections.abc import Callable
from typing import Final

from fuzz.strategies.numbers import WORD, word
from fuzz.strategies.rlp_items import LIST, change, head, listed, split
from fuzz.strategies.source import Source, Weights
from zkos.host import rlp
from zkos.host.codecs.rlp import encode_signed, sender_of
from zkos.host.signing import address_of_key, keccak256, sign
from zkos.host.transactions import FieldTransaction, Kind, RawTransaction

SIGNATURE_ITEMS: Final = 3
DATA_INDEX: Final = {
    Kind.LEGACY: 5,
    Kind.EIP2930: 6,
    Kind.EIP1559: 7,
    Kind.EIP7702: 7,
}
"""Where calldata is among the items."""
_TYPES: Final = (0, 1, 2, 3, 4, 5, 0x71, 0x7E, 0x7F, 0x80, 0x81, 0xB8, 0xC0, 0xFF)
_PLACES: Final = Weights(60, 40)


def raw_transaction(transaction: FieldTransaction, chain_id: int) -> RawTransaction:
    """The envelope of a transaction that has its key."""
    return RawTransaction(encode_signed(transaction, chain_id))


def as_written(
    transaction: FieldTransaction, chain_id: int
) -> FieldTransaction | RawTransaction:
    """The transaction as a case can have it: numbers beyond a word only in bytes.

    Raises TransactionError if it cannot be encoded at all.
    """
    entries = transaction.authorization_list
    numbers = [
        *(transaction.nonce, transaction.gas_limit, transaction.value),
        *(transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas),
        *(number for e in entries for number in (e.chain_id, e.nonce, e.y, e.r, e.s)),
    ]
    if all(number is None or number < WORD for number in numbers):
        return transaction
    data = encode_signed(transaction, chain_id)
    return RawTransaction(data, sender_of(transaction, chain_id), transaction.format)


def items_of(transaction: FieldTransaction, chain_id: int) -> list[rlp.Encodable]:
    """What is in the list, the signature last."""
    envelope = encode_signed(transaction, chain_id)
    items = rlp.decode(envelope[transaction.kind is not Kind.LEGACY :])
    assert not isinstance(items, bytes)
    return [_encodable(item) for item in items]


def unsigned_items(transaction: FieldTransaction, chain_id: int) -> list[rlp.Encodable]:
    """What comes before the signature."""
    return items_of(transaction, chain_id)[:-SIGNATURE_ITEMS]


def _encodable(item: rlp.Item) -> rlp.Encodable:
    return item if isinstance(item, bytes) else [_encodable(part) for part in item]


def damaged_envelope(
    source: Source, transaction: FieldTransaction, chain_id: int
) -> RawTransaction:
    """The envelope of a transaction that has its key, wrongly encoded; never empty."""
    key = transaction.private_key
    assert key is not None
    pieces = [rlp.encode(item) for item in unsigned_items(transaction, chain_id)]
    inside = source.choose((True, False), _PLACES)
    if inside:
        pieces = change(source, pieces)
    data = seal(pieces, transaction, chain_id)
    if not inside:
        data = source.choose(_ENVELOPE_CHANGES)(source, data) or b"\0"
    return RawTransaction(data, sender=address_of_key(key))


def seal(pieces: list[bytes], transaction: FieldTransaction, chain_id: int) -> bytes:
    """The envelope of these encoded items, signed by the transaction's key.

    The signature covers them as they are, behind a list header that is right.
    """
    kind, key = transaction.kind, transaction.private_key
    assert key is not None
    payload = b"".join(pieces)
    if kind is Kind.LEGACY:
        protected = b"".join(map(rlp.encode, (chain_id, 0, 0)))
        covered = payload + protected if transaction.eip155 else payload
        signature = sign(key, keccak256(listed(covered)))
        first = 35 + 2 * chain_id if transaction.eip155 else 27
        return listed(payload + _signature(signature, first))
    prefix = bytes([kind.value])
    signature = sign(key, keccak256(prefix + listed(payload)))
    return prefix + listed(payload + _signature(signature, 0))


def _signature(signature: bytes, first: int) -> bytes:
    parity = signature[64] - 27
    r, s = signature[:32], signature[32:64]
    numbers = (first + parity, int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    return b"".join(map(rlp.encode, numbers))


def _padded_length(source: Source, data: bytes) -> bytes:
    """The outer list with zeros before its length, which no signature covers."""
    start = data[0] < LIST
    _, content = split(data[start:])
    header = head(len(content), LIST, source.integer(1, 3))
    return data[:start] + header + content


def _wrong_length(source: Source, data: bytes) -> bytes:
    start = data[0] < LIST
    _, content = split(data[start:])
    length = max(0, len(content) + source.choose((1, -1, 32, 1 << 16, 1 << 31)))
    return data[:start] + head(length, LIST) + content


def _trailing(source: Source, data: bytes) -> bytes:
    return data + source.choose((b"\0", b"\x80", source.bytes(7), data[:1]))


def _cut(source: Source, data: bytes) -> bytes:
    return data[: -source.choose((1, 32, source.integer(1, len(data))))]


def _other_type(source: Source, data: bytes) -> bytes:
    kind = bytes([source.choose(_TYPES)])
    if source.chance(20):
        # What follows decides how the first byte is taken.
        return kind + source.bytes(source.integer(0, 3))
    if data[0] >= LIST:
        return kind + data
    return source.choose((kind, b"\x81" + kind, b"")) + data[1:]


def _flipped(source: Source, data: bytes) -> bytes:
    changed = bytearray(data)
    changed[source.below(len(changed))] ^= 1 << source.below(8)
    return bytes(changed)


def _anything(source: Source, data: bytes) -> bytes:
    number = word(source)
    return number.to_bytes(32, "big").lstrip(b"\0") + data[: source.below(3)]


_ENVELOPE_CHANGES: Final[tuple[Callable[[Source, bytes], bytes], ...]] = (
    *(_padded_length, _wrong_length, _trailing, _cut, _other_type, _flipped),
    _anything,
)
