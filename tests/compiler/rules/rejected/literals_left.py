# 7:12: a literal cannot stand on the left

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return 5 - a
