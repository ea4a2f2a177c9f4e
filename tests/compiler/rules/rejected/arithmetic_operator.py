# 7:12: no operator Pow

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a**2
