"""Signed numbers divide towards zero, and shift with their sign."""

from zkos.lang.ints import I32, U32


def run(a: U32, b: U32) -> U32:
    x, y = a.to_signed(), b.to_signed()
    if y == 0:
        return a
    quotient = (x >> 1).truncating_div(y)
    rest = x.truncating_rem(y)
    low = I32(-5) if x < y else I32(7)
    return quotient.to_unsigned() ^ rest.to_unsigned() ^ low.to_unsigned()
