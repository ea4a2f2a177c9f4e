# 12:5: the constructor may leave value unset

from zkos.lang.ints import U32


class Box:
    """Holds a number."""

    value: U32

    # only on one way
    def __init__(self, value: U32) -> None:
        if value > 3:
            self.value = value


def run(a: U32) -> U32:
    return Box(a).value
