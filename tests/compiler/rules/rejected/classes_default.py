# 9:5: fields have no default value

from zkos.lang.ints import U32


class Box:
    """Holds a number."""

    value: U32 = U32(7)

    def __init__(self) -> None:
        pass


def run(a: U32) -> U32:
    return a + Box().value
