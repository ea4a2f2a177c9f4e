"""Recursive length prefix, strictly canonical, for transactions of the host.

The codec is pyrlp's; here are numbers, one kind of error, and a type for each side.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias, cast

from rlp.codec import consume_item, encode_raw
from rlp.exceptions import DecodingError

Item: TypeAlias = "bytes | Sequence[Item]"
Encodable: TypeAlias = "int | bytes | Sequence[Encodable]"

_CUT: Final = "an item ends outside the data"


class RlpError(Exception):
    """Bytes that are not the canonical encoding of one item."""


def encode(item: Encodable) -> bytes:
    """The encoding of a number, byte string or list."""
    return bytes(encode_raw(_without_numbers(item)))


def decode(data: bytes) -> Item:
    """The one item that `data` encodes; raises RlpError."""
    try:
        item, _, end = consume_item(data, 0)
    except DecodingError as error:
        raise RlpError(error.args[0]) from error
    except IndexError:
        raise RlpError(_CUT) from None
    except RecursionError:
        raise RlpError("lists are nested too deeply") from None
    if end > len(data):
        raise RlpError(_CUT)
    if end < len(data):
        raise RlpError(f"{len(data) - end} bytes follow the item")
    return cast(Item, item)


def _without_numbers(item: Encodable) -> Any:
    if isinstance(item, int):
        return item.to_bytes((item.bit_length() + 7) // 8, "big")
    if isinstance(item, bytes):
        return item
    return [_without_numbers(member) for member in item]
