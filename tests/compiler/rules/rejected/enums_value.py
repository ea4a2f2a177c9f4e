# 8:1: A is no small literal

from enum import Enum

from zkos.lang.ints import U32


class Kind(Enum):
    """One of them."""

    A = "a"


def run(a: U32) -> U32:
    return a
