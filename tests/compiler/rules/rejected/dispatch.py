# 25:5: handler tests.compiler.rules.rejected.dispatch:add does not take Box

from typing import Final

from zkos.lang.control import DispatchTable, record
from zkos.lang.ints import U8, U32


@record
class Box:
    """Holds a number."""

    value: U32


def add(box: Box, x: U32) -> None:
    box.value = box.value + x


TABLE: Final[DispatchTable[Box]] = DispatchTable(((1, add, ()),), add)


def run(a: U32) -> U32:
    box = Box(a)
    TABLE.run(U8(1), box)
    return box.value
