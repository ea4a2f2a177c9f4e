# 13:9: Box has no field size

from zkos.lang.ints import U32


class Box:
    """Holds a number."""

    value: U32

    def __init__(self, value: U32) -> None:
        self.value = value
        self.size = value


def run(a: U32) -> U32:
    return Box(a).value
