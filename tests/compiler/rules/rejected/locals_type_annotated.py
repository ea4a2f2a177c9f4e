# 8:5: b is U32, not U64

from zkos.lang.ints import U32, U64


def run(a: U32) -> U32:
    b = a
    b: U64 = U64(a)
    return a
