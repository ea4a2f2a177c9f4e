# 16:12: Box | None has no field value

from zkos.lang.control import record
from zkos.lang.ints import U32


@record
class Box:
    """Holds a number."""

    value: U32


def run(a: U32) -> U32:
    box = Box(a) if a > 3 else None
    return box.value
