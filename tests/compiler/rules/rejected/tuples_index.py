# 7:12: tuple[U32, bool] cannot be indexed

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a.overflowing_add(a)[0]
