# 16:19: no array of Box

from zkos.lang.control import record
from zkos.lang.ints import U32
from zkos.lang.memory import Array


@record
class Box:
    """Holds a number."""

    value: U32


def run(a: U32) -> U32:
    boxes = Array(Box, 3)
    return boxes[0].value
