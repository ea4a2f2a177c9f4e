# 9:6: unknown decorator

from zkos.lang.ints import U32


class Box:
    """Holds nothing."""

    @property
    def value(self) -> U32:
        return U32(3)

    def __init__(self) -> None:
        pass


def run(a: U32) -> U32:
    return a + Box().value()
