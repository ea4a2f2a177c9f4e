# 9:12: b may have no value here

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    if a > 3:
        b = a
    return b
