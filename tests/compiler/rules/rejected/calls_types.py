# 11:19: expected U32, got U64

from zkos.lang.ints import U32, U64


def add(a: U32, b: U32) -> U32:
    return a + b


def run(a: U32, b: U64) -> U32:
    return add(a, b)
