"""Encoded RLP items, changed as no wallet would: whole ones, and those within lists.

A change takes the items of a list and the place of one; what it leaves is encoded
rightly around what is wrong. Access lists and authorizations are lists of lists: half
of the changes are made further inside.
"""

from collections.abc import Callable
from typing import Final

from fuzz.strategies.source import Source, Weights

STRING: Final = 0x80
LIST: Final = 0xC0
_SHORT: Final = 56
"""Contents below have their length in the first byte."""
_LENGTHS: Final = (0, 1, 8, 9, 19, 20, 21, 31, 32, 33, 55, 56)
Change = Callable[[Source, list[bytes], int], list[bytes]]


def listed(payload: bytes) -> bytes:
    """A list of encoded items."""
    return head(len(payload), LIST) + payload


def head(length: int, base: int, zeros: int = 0) -> bytes:
    """Of a string or list; with zeros before its length a form nobody should send."""
    if length < _SHORT and not zeros:
        return bytes([base + length])
    digits = bytes(zeros) + length.to_bytes((length.bit_length() + 7) // 8 or 1, "big")
    return bytes([base + _SHORT - 1 + len(digits)]) + digits


def split(piece: bytes) -> tuple[int, bytes]:
    """Whether a piece is a string or a list, and its content."""
    first = piece[0]
    if first < STRING:
        return STRING, piece
    base = STRING if first < LIST else LIST
    long = first - base - _SHORT + 1
    return base, piece[1 + max(long, 0) :]


def items(payload: bytes) -> list[bytes]:
    """The encoded items that a payload consists of; it must be well formed."""
    found = []
    while payload:
        size = _size(payload)
        found.append(payload[:size])
        payload = payload[size:]
    return found


def _size(data: bytes) -> int:
    """Of the first item, with its header."""
    first = data[0]
    if first < STRING:
        return 1
    short = first - (STRING if first < LIST else LIST)
    if short < _SHORT:
        return 1 + short
    digits = short - _SHORT + 1
    return 1 + digits + int.from_bytes(data[1 : 1 + digits], "big")


def change(source: Source, pieces: list[bytes]) -> list[bytes]:
    """The items of a list, one of them changed or another in its place."""
    at = source.below(len(pieces))
    inner = [index for index, piece in enumerate(pieces) if piece[0] > LIST]
    if inner and source.chance(50):
        at = source.choose(inner)
        inside = change(source, items(split(pieces[at])[1]))
        return _with(pieces, at, listed(b"".join(inside)))
    return source.choose(_CHANGES, _WEIGHTS)(source, pieces, at)


def _zero_before(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """A number with zeros that it does not need."""
    base, content = split(pieces[at])
    content = bytes(source.integer(1, 2)) + content
    alone = content == b"\0" and base == STRING
    piece = content if alone else head(len(content), base) + content
    return _with(pieces, at, piece)


def _long_form(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """A header that is longer than it need be."""
    base, content = split(pieces[at])
    if len(content) == 1 and base == STRING and source.chance(50):
        return _with(pieces, at, b"\x81" + content)
    if base == STRING and source.chance(20):
        # The longest that has, and the shortest that has not, its length in one byte.
        content = bytes([source.integer(1, 255)]) * (_SHORT - source.below(2))
    zeros = source.integer(1, 3)
    if len(content) < _SHORT and source.chance(50):
        header = bytes([base + _SHORT, len(content)])
        return _with(pieces, at, header + content)
    return _with(pieces, at, head(len(content), base, zeros) + content)


def _resized(source: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """An item of another length, its digits not zero."""
    base, _ = split(pieces[at])
    content = bytes([source.integer(1, 255)]) * source.choose(_LENGTHS)
    return _with(pieces, at, head(len(content), base) + content)


def _other_form(_: Source, pieces: list[bytes], at: int) -> list[bytes]:
    """Bytes in place of a list, or a list in place of bytes."""
    base, content = split(pieces[at])
    other = LIST if base == STRING else STRING
    return _with(pieces, at, head(len(content), other) + content)


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


_CHANGES: Final[tuple[Change, ...]] = (
    *(_zero_before, _long_form, _resized, _other_form, _fewer, _more, _within),
)
_WEIGHTS: Final = Weights(14, 18, 18, 10, 12, 16, 12)
