# 7:12: shift of U32 by 32

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a << 32
