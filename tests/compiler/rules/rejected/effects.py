# 7:5: this expression has no effect

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    a + 1
    return a
