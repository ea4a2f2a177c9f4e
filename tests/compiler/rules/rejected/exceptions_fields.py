# 6:1: exceptions have no fields

from zkos.lang.ints import U32


class Bad(Exception):
    """Odd."""

    value: U32


def run(a: U32) -> U32:
    return a
