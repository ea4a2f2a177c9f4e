# 17:9: a scratch array is kept

from zkos.lang.ints import U32
from zkos.lang.memory import Array, scratch


class Box:
    """Keeps an array."""

    items: Array[U32]

    def __init__(self) -> None:
        self.items = Array(U32, 1)

    def fill(self) -> None:
        items = scratch(U32, 3)
        self.items = items


def run(a: U32) -> U32:
    box = Box()
    box.fill()
    return box.items[0]
