# 7:16: expected U32, got U64

from zkos.lang.ints import U32, U64


def run(a: U32) -> U32:
    b = a; b = U64(a)
    return b
