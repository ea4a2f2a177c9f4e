"""Signed transactions in pieces: RLP as wallets send it, and as nobody should.

An envelope is taken apart into encoded items, changed, and signed as it then is, so
that what is wrong with it is the encoding alone.
"""

from collections.abc import Callable
from typing import Final

from fuzz.strategies.numbers import WORD, word
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
_SHORT: Final = 56
"""Contents below have their length in the first byte."""
_STRING: Final = 0x80
_LIST: Final = 0xC0
_TYPES: Final = (0, 1, 2, 3, 4, 5, 0x71, 0x7E, 0x7F, 0x80, 0x81, 0xB8, 0xC0, 0xFF)
_LENGTHS: Final = (0, 1, 8, 9, 19, 20, 21, 31, 32, 33, 55, 56)
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
        at = source.below(len(pieces))
        pieces = source.choose(_CHANGES)(source, pieces, at)
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
        signature = sign(key, keccak256(_listed(covered)))
        first = 35 + 2 * chain_id if transaction.eip155 else 27
        return _listed(payload + _signature(signature, first))
    prefix = bytes([kind.value])
    signature = sign(key, keccak256(prefix + _listed(payload)))
    return prefix + _listed(payload + _signature(signature, 0))


def _signature(signature: bytes, first: int) -> bytes:
    parity = signature[64] - 27
    r, s = signature[:32], signature[32:64]
    numbers = (first + parity, int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    return b"".join(map(rlp.encode, numbers))


def _listed(payload: bytes) -> bytes:
    return _header(len(payload), _LIST) + payload


def _header(length: int, base: int, zeros: int = 0) -> bytes:
    """Of a string or list; with zeros before its length a form nobody should send."""
    if length < _SHORT and not zeros:
        return bytes([base + length])
    digits = bytes(zeros) + length.to_bytes((length.bit_length() + 7) // 8 or 1, "big")
    return bytes([base + _SHORT - 1 + len(digits)]) + digits


def _split(piece: bytes) -> tuple[int, bytes]:
    """Whether a piece is a string or a list, and its content."""
    first = piece[0]
    if first < _STRING:
        return _STRING, piece
    base = _STRING if first < _LIST else _LIST
    long = first - base - _SHORT + 1
    return base, piece[1 + max(long, 0) :]


def _zero_before(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """A number with zeros that it does not need."""
    base, content = _split(pieces[at])
    content = bytes(source.integer(1, 2)) + content
    alone = content == b"\0" and base == _STRING
    piece = content if alone else _header(len(content), base) + content
    return _with(pieces, at, piece)


def _long_form(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """A header that is longer than it need be."""
    base, content = _split(pieces[at])
    if len(content) == 1 and base == _STRING and source.chance(50):
        return _with(pieces, at, b"\x81" + content)
    zeros = source.integer(1, 3)
    if len(content) < _SHORT and source.chance(50):
        header = bytes([base + _SHORT, len(content)])
        return _with(pieces, at, header + content)
    return _with(pieces, at, _header(len(content), base, zeros) + content)


def _resized(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """An item of another length, its digits not zero."""
    base, _ = _split(pieces[at])
    content = bytes([source.integer(1, 255)]) * source.choose(_LENGTHS)
    return _with(pieces, at, _header(len(content), base) + content)


def _other_form(_: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """Bytes in place of a list, or a list in place of bytes."""
    base, content = _split(pieces[at])
    other = _LIST if base == _STRING else _STRING
    return _with(pieces, at, _header(len(content), other) + content)


def _fewer(_: Source, pieces: list[bytes], at: int) -> list[bytes]:
    return pieces[:at] + pieces[at + 1 :]


def _more(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    added = source.choose((b"\x80", b"\xc0", pieces[at], b"\1"))
    return [*pieces[:at], added, *pieces[at:]]


def _within(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """A byte of an item changed: in lists also prefixes of keys and entries."""
    lists = [index for index, piece in enumerate(pieces) if len(piece) > _SHORT]
    at = source.choose(lists) if lists else at
    piece = bytearray(pieces[at])
    prefixes = [i for i, byte in enumerate(piece) if byte in (0xA0, 0x94, 0x80, 0xC0)]
    place = source.below(len(piece))
    if prefixes and source.chance(70):
        place = source.choose(prefixes)
    piece[place] = (piece[place] + source.choose((1, 255, 32, 24))) % 256
    return _with(pieces, at, bytes(piece))


def _with(pieces: list[bytes], at: int, piece: bytes) -> list[bytes]:
    return [*pieces[:at], piece, *pieces[at + 1 :]]


def _padded_length(source: Source, data: bytes) -> bytes:
    """The outer list with zeros before its length, which no signature covers."""
    start = data[0] < _LIST
    _, content = _split(data[start:])
    header = _header(len(content), _LIST, source.integer(1, 3))
    return data[:start] + header + content


def _wrong_length(source: Source, data: bytes) -> bytes:
    start = data[0] < _LIST
    _, content = _split(data[start:])
    length = max(0, len(content) + source.choose((1, -1, 32, 1 << 16, 1 << 31)))
    return data[:start] + _header(length, _LIST) + content


def _trailing(source: Source, data: bytes) -> bytes:
    return data + source.choose((b"\0", b"\x80", source.bytes(7), data[:1]))


def _cut(source: Source, data: bytes) -> bytes:
    return data[: -source.choose((1, 32, source.integer(1, len(data))))]


def _other_type(source: Source, data: bytes) -> bytes:
    kind = bytes([source.choose(_TYPES)])
    if data[0] >= _LIST:
        return kind + data
    return source.choose((kind, b"\x81" + kind, b"")) + data[1:]


def _flipped(source: Source, data: bytes) -> bytes:
    changed = bytearray(data)
    changed[source.below(len(changed))] ^= 1 << source.below(8)
    return bytes(changed)


def _anything(source: Source, data: bytes) -> bytes:
    number = word(source)
    return number.to_bytes(32, "big").lstrip(b"\0") + data[: source.below(3)]


_CHANGES: Final[tuple[Callable[[Source, list[bytes], int], list[bytes]], ...]] = (
    *(_zero_before, _long_form, _resized, _other_form, _fewer, _more, _within),
)
_ENVELOPE_CHANGES: Final[tuple[Callable[[Source, bytes], bytes], ...]] = (
    *(_padded_length, _wrong_length, _trailing, _cut, _other_type, _flipped),
    _anything,
)
