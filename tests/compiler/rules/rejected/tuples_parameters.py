# 6:9: a parameter cannot be tuple[U32, U32]

from zkos.lang.ints import U32


def sum(both: tuple[U32, U32]) -> U32:
    x, y = both
    return x + y


def run(a: U32) -> U32:
    return sum((a, a))
