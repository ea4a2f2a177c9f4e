"""`match` takes integers and enums, apart by constants."""

from enum import Enum

from zkos.lang.ints import U32


class Kind(Enum):
    SMALL = 0
    MIDDLE = 1
    LARGE = 5


def kind_of(x: U32) -> Kind:
    if x < 10:
        return Kind.SMALL
    return Kind.MIDDLE if x < 1000 else Kind.LARGE


def run(a: U32, b: U32) -> U32:
    kind = kind_of(a)
    result = b
    match kind:
        case Kind.SMALL:
            pass
        case Kind.MIDDLE | Kind.LARGE:
            result = b >> 1
    match b & 7:
        case 0:
            return result
        case 1 | 2:
            result = result ^ 0xFF
        case 5:
            pass
        case _:
            result = result.wrapping_add(9)
    return result if kind_of(b) is not Kind.LARGE else result ^ 1
