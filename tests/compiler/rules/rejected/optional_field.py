# 16:12: Box | None has no field value

from zkos.lang.control import record
from zkos.lang.ints import U32


@record
class Box:
    """Holds a number and the next box."""

    value: U32
    next: "Box | None"


def run(a: Box) -> U32:
    return a.next.value
