"""Recursive length prefix, strictly canonical, for transactions of the host.

Ethereum Yellow Paper, appendix B.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

Item: TypeAlias = "bytes | Sequence[Item]"
Encodable: TypeAlias = "int | bytes | Sequence[Encodable]"

_BYTES: Final = 0x80
_LIST: Final = 0xC0
_LONGEST_SHORT: Final = 55
_CUT: Final = "an item ends outside the data"


class RlpError(Exception):
    """Bytes that are not the canonical encoding of one item."""


def encode(item: Encodable) -> bytes:
    """The encoding of a number, byte string or list."""
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8, "big")
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < _BYTES:
            return item
        return _prefix(_BYTES, len(item)) + item
    content = b"".join(map(encode, item))
    return _prefix(_LIST, len(content)) + content


def _prefix(base: int, length: int) -> bytes:
    if length <= _LONGEST_SHORT:
        return bytes((base + length,))
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((base + _LONGEST_SHORT + len(digits),)) + digits


def decode(data: bytes) -> Item:
    """The one item that `data` encodes; raises RlpError."""
    try:
        item, end = _item(data, 0, len(data))
    except RecursionError:
        raise RlpError("lists are nested too deeply") from None
    if end < len(data):
        raise RlpError(f"{len(data) - end} bytes follow the item")
    return item


def _item(data: bytes, place: int, limit: int) -> tuple[Item, int]:
    """The item at `place`, and where it ends: not behind `limit`."""
    if place >= limit:
        raise RlpError(_CUT)
    first = data[place]
    if first < _BYTES:
        return data[place : place + 1], place + 1
    if first < _LIST:
        start, end = _extent(data, place, limit, _BYTES)
        if end - start == 1 and data[start] < _BYTES:
            raise RlpError("a byte that stands for itself has a prefix")
        return data[start:end], end
    start, end = _extent(data, place, limit, _LIST)
    members: list[Item] = []
    while start < end:
        member, start = _item(data, start, end)
        members.append(member)
    return members, end


def _extent(data: bytes, place: int, limit: int, base: int) -> tuple[int, int]:
    """Where the content of an item begins and ends."""
    length = data[place] - base
    start = place + 1
    if length > _LONGEST_SHORT:
        digits = data[start : start + length - _LONGEST_SHORT]
        start += length - _LONGEST_SHORT
        if start > limit:
            raise RlpError(_CUT)
        if digits[0] == 0:
            raise RlpError("a length begins with zeros")
        length = int.from_bytes(digits, "big")
        if length <= _LONGEST_SHORT:
            raise RlpError("a short item has a long prefix")
    if start + length > limit:
        raise RlpError(_CUT)
    return start, start + length
