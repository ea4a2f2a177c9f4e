# 16:16: Box has 2 fields

from zkos.lang.control import record
from zkos.lang.ints import U32


@record
class Box:
    """Holds two numbers."""

    value: U32
    other: U32


def run(a: U32) -> U32:
    return a + Box(a).value
