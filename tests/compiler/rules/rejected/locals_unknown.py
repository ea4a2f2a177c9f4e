# 7:16: missing is not defined here

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a + missing
