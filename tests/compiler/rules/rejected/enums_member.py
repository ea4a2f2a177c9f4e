# 15:19: tests.compiler.rules.rejected.enums_member:Kind has no member B

from enum import Enum

from zkos.lang.ints import U32


class Kind(Enum):
    """One of them."""

    A = 1


def run(a: Kind) -> bool:
    return a is   Kind.B
