# 7:5: a local cannot hold tuple[U32, bool]

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    both = a.overflowing_add(a)
    return a
