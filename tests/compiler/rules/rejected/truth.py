# 7:8: U32 is no truth value

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    if a & 1:
        return a
    return a + 1
