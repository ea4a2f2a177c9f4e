# 7:13: a literal has no width here

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    count = 0
    return a + count
