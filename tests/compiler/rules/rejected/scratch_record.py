# 16:15: a scratch array is kept

from zkos.lang.control import record
from zkos.lang.ints import U32
from zkos.lang.memory import Array, scratch


@record
class Box:
    """Keeps an array."""

    items: Array[U32]


def run(a: U32) -> U32:
    box = Box(scratch(U32, 3))
    return box.items[0]
