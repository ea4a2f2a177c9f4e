"""Recursive length prefix, strictly canonical, for transactions of the host."""

from collections.abc import Sequence
from typing import Final, TypeAlias

Item: TypeAlias = "bytes | Sequence[Item]"
Encodable: TypeAlias = "int | bytes | Sequence[Encodable]"

_STRING: Final = 0x80
_LIST: Final = 0xC0
_SHORT: Final = 55
_MAX_DEPTH: Final = 16


class RlpError(Exception):
    """Bytes that are not the canonical encoding of one item."""


def encode(item: Encodable) -> bytes:
    """The encoding of a number, byte string or list."""
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8, "big")
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < _STRING:
            return item
        return _prefix(len(item), _STRING) + item
    content = b"".join(encode(member) for member in item)
    return _prefix(len(content), _LIST) + content


def decode(data: bytes) -> Item:
    """The one item that `data` encodes; raises RlpError."""
    item, end = _decode_at(data, 0, 0)
    if end != len(data):
        raise RlpError(f"{len(data) - end} bytes follow the item")
    return item


def _prefix(length: int, base: int) -> bytes:
    if length <= _SHORT:
        return bytes([base + length])
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([base + _SHORT + len(digits)]) + digits


def _decode_at(data: bytes, position: int, depth: int) -> tuple[Item, int]:
    """The item at `position` and where it ends."""
    if position >= len(data):
        raise RlpError("an item is missing")
    first = data[position]
    if first < _STRING:
        return data[position : position + 1], position + 1
    is_list = first >= _LIST
    start, length = _measure(data, position, _LIST if is_list else _STRING)
    end = start + length
    if end > len(data):
        raise RlpError("an item ends outside the data")
    if not is_list:
        content = data[start:end]
        if length == 1 and content[0] < _STRING:
            raise RlpError("a single byte has a needless prefix")
        return content, end
    if depth == _MAX_DEPTH:
        raise RlpError("lists are nested too deeply")
    members: list[Item] = []
    while start < end:
        member, start = _decode_at(data, start, depth + 1)
        members.append(member)
    if start != end:
        raise RlpError("a list ends inside an item")
    return members, end


def _measure(data: bytes, position: int, base: int) -> tuple[int, int]:
    """Start and length of the content of a string or list."""
    short = data[position] - base
    if short <= _SHORT:
        return position + 1, short
    start = position + 1 + short - _SHORT
    digits = data[position + 1 : start]
    length = int.from_bytes(digits, "big")
    if digits[:1] == b"\0" or length <= _SHORT or start > len(data):
        raise RlpError("a length is not minimal")
    return start, length
