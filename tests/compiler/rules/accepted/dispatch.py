"""A dispatch table calls the handler of a key with bound numbers."""

from typing import Final

from zkos.lang.control import DispatchTable
from zkos.lang.ints import U8, U32


class Total:
    """What the handlers work on."""

    value: U32

    def __init__(self) -> None:
        self.value = U32(1)


def add(total: Total, x: U32) -> None:
    total.value = total.value.wrapping_add(x)


def scale(total: Total, x: U32, y: U32) -> None:
    total.value = total.value.wrapping_mul(x) ^ y


def unknown(total: Total) -> None:
    total.value = total.value.wrapping_neg()


TABLE: Final[DispatchTable[Total]] = DispatchTable(
    (*((key, add, (key,)) for key in range(20)), (77, scale, (5, 9))), unknown
)


def run(a: U32, b: U32) -> U32:
    total = Total()
    TABLE.run(U8.truncate(a), total)
    TABLE.run(U8(77), total)
    TABLE.run(U8.truncate(b), total)
    return total.value
