# 8:12: total is a local, not a function

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    total = a
    return total(a)
