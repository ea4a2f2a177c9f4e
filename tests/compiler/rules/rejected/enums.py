# 15:12: an enum member is no number

from enum import Enum

from zkos.lang.ints import U32


class Kind(Enum):
    """One of them."""

    A = 1


def run(a: U32) -> U32:
    return U32(Kind.A)
