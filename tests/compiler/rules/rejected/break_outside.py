# 8:9: not in a loop

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    if a > 3:
        break
    return a
