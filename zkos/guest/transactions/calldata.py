"""Counting the bytes of calldata that cost more, a word at a time."""

from typing import Final

from zkos.lang.control import urange
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView

LOW_SEVEN_BITS: Final = U32(0x7F7F_7F7F)
HIGH_BITS: Final = U32(0x8080_8080)
ONES: Final = U32(0x0101_0101)


def non_zero_bytes(encoding: ByteView, start: U32, length: U32) -> U32:
    """How many of the `length` bytes from `start` are not zero.

    `encoding` begins at a word of memory, so whole words of it are cheap to load.
    """
    end = start + length
    first = (start + 3) & U32(0xFFFF_FFFC)
    if first > end:
        return non_zero_one_by_one(encoding, start, end)
    last = end & U32(0xFFFF_FFFC)
    count = non_zero_one_by_one(encoding, start, first)
    count = count + non_zero_one_by_one(encoding, last, end)
    for index in urange(first >> 2, last >> 2):
        word = encoding.load_u32(index << 2)
        marks = ((word & LOW_SEVEN_BITS) + LOW_SEVEN_BITS) | word
        count = count + (((marks & HIGH_BITS) >> 7).wrapping_mul(ONES) >> 24)
    return count


def non_zero_one_by_one(encoding: ByteView, start: U32, end: U32) -> U32:
    """How many bytes from `start` to before `end` are not zero."""
    count = U32(0)
    for index in urange(start, end):
        if encoding[index] != 0:
            count = count + 1
    return count
