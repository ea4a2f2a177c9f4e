"""The decoders of transactions against readers written from the specification.

Inputs are encodings of generated transactions, whole and damaged. The readers here are
the host's: they follow transactions spec 2 to 4 and share nothing with the guest.
"""

from collections.abc import Iterator
from typing import Final

from fuzz.strategies.cases import case
from fuzz.strategies.damage import damage
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.calls import CALLS, Argument, CallTarget, Function
from fuzz.targets.envelope_reader import Refused, read_envelope
from zkos.guest.protocol.report import REASON_INVALID_ENCODING
from zkos.host.delivery import RLP, deliver
from zkos.host.transactions import Kind, TransactionError

_MOST_BYTES: Final = 4096
_HEAD_BYTES: Final = 608
_LIMITS: Final = (8, 160, 160, 64, 32)
"""Bits of the first words."""
_BODY_FIELDS: Final = 11
_ENVELOPE_FIELDS: Final = 17


def transaction_parser() -> CallTarget:
    """The bootloader's decoders against readers written from the spec."""
    body = Function(
        f"{CALLS}:decode_body",
        lambda source: (_encoding(source)[0],),
        _expected_body,
        out=lambda _: 32 * _BODY_FIELDS,
        fit=lambda body: (body[:_MOST_BYTES],),
    )
    envelope = Function(
        f"{CALLS}:decode_envelope",
        _encoding,
        _expected_envelope,
        out=lambda *_: 32 * _ENVELOPE_FIELDS,
        fit=lambda data, chain_id: (data[:_MOST_BYTES], chain_id % 2**64),
    )
    return CallTarget("transaction_parser", {"body": body, "envelope": envelope})


def _encoding(source: Source) -> tuple[Argument, ...]:
    """What a guest may be given, and the id of the chain it is given on."""
    made = case(source)
    chain_id = made.blocks[0].context.chain_id
    items = [item for block in made.blocks for item in block.transactions]
    if not items:
        return source.bytes(source.below(_HEAD_BYTES)), chain_id
    try:
        served = deliver(source.choose(items), chain_id)
    except TransactionError:
        return b"", chain_id
    data = served.data
    for _ in range(source.below(3) if served.format != RLP else source.below(2)):
        data = damage(source, data)
    return data[:_MOST_BYTES], chain_id


def _expected_body(body: bytes) -> tuple[int, bytes]:
    fields = read_body(body)
    if fields is None:
        return int(REASON_INVALID_ENCODING), bytes(32 * _BODY_FIELDS)
    return 0, _words(fields)


def _expected_envelope(data: bytes, chain_id: int) -> tuple[int, bytes]:
    try:
        return 0, _words(read_envelope(data, chain_id))
    except Refused as refused:
        return refused.reason, bytes(32 * _ENVELOPE_FIELDS)


def _words(fields: list[int]) -> bytes:
    return b"".join(field.to_bytes(32, "big") for field in fields)


def read_body(body: bytes) -> list[int] | None:
    """What matters of a body from L1, or None for an invalid encoding.

    Type, sender, target, gas limit, gas for a byte of pubdata, price, value, deposit,
    refund recipient, length of the calldata and how many of its bytes are not zero.
    """
    if len(body) < _HEAD_BYTES:
        return None
    words = [int.from_bytes(body[i : i + 32], "big") for i in range(0, _HEAD_BYTES, 32)]
    if any(word >> bits for word, bits in zip(words, _LIMITS, strict=False)):
        return None
    if words[0] not in (Kind.L1.value, Kind.UPGRADE.value):
        return None
    if words[7] or words[12] or words[13]:
        return None
    items = list(_items(body, words[14:19]))
    if len(items) != 5 or items[-1][2] != len(body):
        return None
    start, length, _ = items[0]
    if items[1][1] or items[3][1] or items[4][1]:
        return None
    data = body[start + 32 : start + 32 + length]
    numbers = (*words[:6], words[9], words[10], words[11])
    return [*numbers, length, len(data) - data.count(0)]


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


if __name__ == "__main__":
    main("transaction_parser")
