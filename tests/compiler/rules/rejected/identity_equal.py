# 16:12: no comparison of Box

from zkos.lang.control import record
from zkos.lang.ints import U32


@record
class Box:
    """Holds a number."""

    value: U32


def run(a: U32) -> bool:
    x, y = Box(a), Box(a)
    return x == y
