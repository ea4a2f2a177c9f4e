# 7:2: unknown class decorator

from zkos.lang.control import inline
from zkos.lang.ints import U32


@inline
class Box:
    """Holds a number."""

    value: U32


def run(a: U32) -> U32:
    return a + Box(a).value
