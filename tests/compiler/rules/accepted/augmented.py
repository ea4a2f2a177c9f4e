"""`x op= y` is `x = x op y`."""

from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array


def run(a: U32, b: U32) -> U32:
    a |= 1
    wide = U256(a)
    wide <<= 200
    wide ^= wide >> 3
    items = Array(U256, 2)
    items[1] = wide
    items[1] >>= b & 63
    return items[1].word(5) ^ a
