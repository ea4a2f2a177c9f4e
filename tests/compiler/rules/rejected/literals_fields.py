# 12:22: a literal has no width here

from zkos.lang.ints import U32


class Box:
    """Holds a number."""

    value: U32

    def __init__(self) -> None:
        self.value = 7


def run(a: U32) -> U32:
    return a + Box().value
