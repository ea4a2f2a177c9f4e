# 7:5: tuple[U32, bool] does not give 3 values

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    x, y, z = a.overflowing_add(a)
    return x
