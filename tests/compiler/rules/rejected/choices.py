# 7:17: a literal has no width here

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a + (1 if a > 3 else 2)
