# 13:22: self.other may have no value here

from zkos.lang.ints import U32


class Box:
    """Holds two numbers."""

    value: U32
    other: U32

    def __init__(self, value: U32) -> None:
        self.value = self.other
        self.other = value


def run(a: U32) -> U32:
    return Box(a).value
