# 9:5: only fields and methods in a class

from zkos.lang.ints import U32


class Box:
    """Holds a number."""

    limit = U32(7)

    def __init__(self) -> None:
        pass


def run(a: U32) -> U32:
    box = Box()
    return a
