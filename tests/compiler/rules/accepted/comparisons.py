"""Comparisons are between equal types and do not chain."""

from zkos.lang.ints import U32, U256


def run(a: U32, b: U32) -> U32:
    x, y = U256(a) << 100, U256(b) << 101
    result = U32(0)
    if x < y and y <= 1 << 130:
        result = result | 1
    if x >= y or 5 > a:
        result = result | 2
    if x == y:
        result = result | 4
    if x != U256(0):
        result = result | 8
    return result
