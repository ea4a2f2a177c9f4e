# 7:28: expected U32, got U64

from zkos.lang.ints import U32, U64


def run(a: U32) -> U32:
    return a if a > 3 else U64(a)
