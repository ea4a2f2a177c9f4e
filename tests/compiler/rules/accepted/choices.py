"""`a if c else b` evaluates one of two values of a type."""

from zkos.lang.ints import U32, U256


def run(a: U32, b: U32) -> U32:
    wide = U256(a) if a > b else U256(b) << 32
    small = U32(7) if a == b else a
    return wide.word(0) ^ wide.word(1) ^ (small if b < 5 else U32(0))
