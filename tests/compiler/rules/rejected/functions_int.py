# 6:12: no type: int

from zkos.lang.ints import U32


def run(a: int) -> U32:
    return U32(a)
