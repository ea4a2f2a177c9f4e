# 23:12: Box | None has no field value

from zkos.lang.control import record
from zkos.lang.ints import U32


@record
class Box:
    """Holds a number and the next box."""

    value: U32
    next: "Box | None"


def run(a: Box) -> U32:
    box = a.next
    assert box is not None
    match box.value:
        case 5:
            box = box.next
        case _:
            pass
    return box.value
