# 7:12: rotate_left takes 1 argument(s)

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a.rotate_left()
