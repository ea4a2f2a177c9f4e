# 13:16: Box has no __init__

from zkos.lang.ints import U32


class Box:
    """Holds a number."""

    value: U32


def run(a: U32) -> U32:
    return a + Box(a).value
