"""Stored code: code, padding and what its environment made of it (state spec 1).

The EVM's artifacts are a map of jump destinations: bit i, from the lowest of each
byte up, is set if byte i of the code is a JUMPDEST outside the data of a PUSH.
"""

from typing import Final

from zkos.lang.control import noinline
from zkos.lang.ints import U8, U32
from zkos.lang.memory import ByteView

JUMPDEST: Final = U8(0x5B)
PUSH1: Final = U8(0x60)
PUSH32: Final = U8(0x7F)


def map_length(code_length: U32) -> U32:
    """Bytes of the map of a code: whole 64-bit words, at most an eighth and 8."""
    return ((code_length >> 6) + (U32(0) if code_length & 63 == 0 else U32(1))) << 3


def stored_length(code_length: U32, artifacts_length: U32) -> U32:
    """Bytes of code, padding to a multiple of 8 and artifacts together."""
    padding = U32(0).wrapping_sub(code_length) & 7
    return code_length.saturating_add(padding).saturating_add(artifacts_length)


def store(code: ByteView, out: ByteView) -> None:
    """Write code, padding and map; `out` is exactly as long as they are."""
    length = code.length()
    start = stored_length(length, U32(0))
    rest = out.window(length, out.length() - length)
    rest.fill(0)
    if length != 0:
        out.window(0, length).copy_from(code)
        bits = out.window(start, out.length() - start)
        mark_destinations(code, bits, U32(0), length)


@noinline
def mark_destinations(code: ByteView, bits: ByteView, start: U32, end: U32) -> U32:
    """Set the bits of the destinations from `start`, which is no PUSH data, to `end`.

    The position of the first opcode at or after `end`.
    """
    position = start
    while position < end:
        opcode = code[position]
        if opcode == JUMPDEST:
            index = position >> 3
            bits[index] = bits[index] | (U8(1) << (position & 7))
        elif opcode >= PUSH1:
            if opcode <= PUSH32:
                position = position.wrapping_add(U32(opcode.wrapping_sub(0x5F)))
        position = position.wrapping_add(1)
    return position
