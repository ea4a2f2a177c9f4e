# 6:9: a lacks a type

from zkos.lang.ints import U32


def run(a, b: U32) -> U32:
    return b
