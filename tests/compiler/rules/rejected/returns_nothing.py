# 7:5: the result is U32

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return
