# 6:1: parameters are positional, without defaults

from zkos.lang.ints import U32


def run(a: U32, b: U32 = U32(1)) -> U32:
    return a + b
