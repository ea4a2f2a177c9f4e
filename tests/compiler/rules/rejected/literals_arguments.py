# 11:19: a literal has no width here

from zkos.lang.ints import U32


def add(a: U32, b: U32) -> U32:
    return a + b


def run(a: U32) -> U32:
    return add(a, 5)
