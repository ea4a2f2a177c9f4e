"""Tuples are made, returned and taken apart."""

from zkos.lang.ints import U32, U256


def order(a: U256, b: U256) -> tuple[U256, U256, bool]:
    if a <= b:
        return a, b, False
    return b, a, True


def run(a: U32, b: U32) -> U32:
    x, y = U256(a), U256(b) << 64
    x, y = y, x
    low, high, swapped = order(x, y)
    low, high = high, low
    return low.word(0) ^ high.word(2) ^ (U32(swapped) << 5)
