"""The bootloader's transaction parser against a reader written from the spec.

Inputs are encodings of generated transactions, whole and damaged. The reader below
is the host's: it follows transactions spec 2 and 3 and shares nothing with the guest.
"""

from collections.abc import Iterator
from typing import Final

from fuzz.strategies.cases import case
from fuzz.strategies.damage import damage
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.calls import CALLS, Argument, CallTarget, Function
from zkos.host.raw_transaction import encode
from zkos.host.transactions import Kind, TransactionError

_MOST_BYTES: Final = 4096
_HEAD_BYTES: Final = 608
_LIMITS: Final = (8, 160, 160, 64, 32, 128, 128, 160)
"""Bits of the first words."""
_ETHEREUM: Final = (Kind.LEGACY, Kind.EIP2930, Kind.EIP1559)
_FIELDS: Final = 17


def transaction_parser() -> CallTarget:
    """The bootloader's parser against a reader written from the spec."""
    parse = Function(
        f"{CALLS}:parse_transaction",
        _body,
        _expected,
        out=lambda _: 32 * _FIELDS,
        fit=lambda body: (body[:_MOST_BYTES],),
    )
    return CallTarget("transaction_parser", {"parse": parse})


def _body(source: Source) -> tuple[Argument, ...]:
    made = case(source)
    items = [item for block in made.blocks for item in block.transactions]
    if not items:
        return (source.bytes(source.below(_HEAD_BYTES)),)
    try:
        body = encode(source.choose(items), made.blocks[0].context.chain_id)
    except TransactionError:
        return (b"",)
    for _ in range(source.below(3)):
        body = damage(source, body)
    return (body[:_MOST_BYTES],)


def _expected(body: bytes) -> tuple[bool, bytes]:
    fields = read_body(body)
    if fields is None:
        return False, bytes(32 * _FIELDS)
    return True, b"".join(field.to_bytes(32, "big") for field in fields)


def read_body(body: bytes) -> list[int] | None:
    """The fields of an encoded transaction, or None for an invalid encoding.

    Words 0 to 11, then the lengths of the first four items in bytes and where the
    last one begins.
    """
    if len(body) < _HEAD_BYTES:
        return None
    words = [int.from_bytes(body[i : i + 32], "big") for i in range(0, _HEAD_BYTES, 32)]
    if any(word >> bits for word, bits in zip(words, _LIMITS, strict=False)):
        return None
    items = list(_items(body, words[14:19]))
    if len(items) != 5 or items[-1][2] != len(body):
        return None
    data, signature, deps, paymaster, _ = (length for _, length, _ in items)
    if not _consistent(words, signature, deps, paymaster):
        return None
    return [*words[:12], data, signature, deps, paymaster, items[-1][0]]


def _items(body: bytes, offsets: list[int]) -> Iterator[tuple[int, int, int]]:
    """Start, length and end of the tail's items, up to the first that is wrong."""
    position = _HEAD_BYTES
    for index, offset in enumerate(offsets):
        count = int.from_bytes(body[position : position + 32], "big")
        length = count * 32 if index == 2 else count
        content = position + 32
        end = content + length + -length % 32
        if offset != position or end > len(body) or any(body[content + length : end]):
            return
        yield position, length, end
        position = end


def _consistent(words: list[int], signature: int, deps: int, paymaster: int) -> bool:
    """Transactions spec 3."""
    try:
        kind = Kind(words[0])
    except ValueError:
        return False
    ethereum, to, reserved = kind in _ETHEREUM, words[2], words[10:14]
    same_fee = words[5] == words[6] or kind not in (Kind.LEGACY, Kind.EIP2930)
    no_paymaster = kind is Kind.EIP712 or not (words[7] or paymaster)
    first = not reserved[0] or kind is Kind.LEGACY or not kind.is_signed
    second = not reserved[1] or not kind.is_signed or (ethereum and not to)
    signed = signature == (65 if kind.is_signed else 0)
    no_deps = not (ethereum and deps)
    rest = not (reserved[2] or reserved[3])
    return all((same_fee, no_paymaster, first, second, signed, no_deps, rest))


if __name__ == "__main__":
    main("transaction_parser")
