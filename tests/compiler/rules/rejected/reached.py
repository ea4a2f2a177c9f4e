# 8:5: this is never reached

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a
    a = a + 1
