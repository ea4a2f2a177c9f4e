# 12:9: raise names an exception class

from zkos.lang.ints import U32


class Bad(Exception):
    """Odd."""


def run(a: U32) -> U32:
    if a & 1 == 1:
        raise Bad("odd")
    return a
