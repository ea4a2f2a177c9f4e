# 9:5: a field cannot hold tuple[U32, U32]

from zkos.lang.ints import U32


class Box:
    """Would hold two numbers."""

    both: tuple[U32, U32]

    def __init__(self) -> None:
        pass


def run(a: U32) -> U32:
    box = Box()
    return a
