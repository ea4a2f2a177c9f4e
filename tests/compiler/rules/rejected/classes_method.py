# 16:12: Box has no method size

from zkos.lang.ints import U32


class Box:
    """Holds a number."""

    value: U32

    def __init__(self, value: U32) -> None:
        self.value = value


def run(a: U32) -> U32:
    return Box(a).size()
