# 6:1: run may end without returning U32

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    if a > 3:
        return a
