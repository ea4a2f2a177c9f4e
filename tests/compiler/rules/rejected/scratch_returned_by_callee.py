# 15:5: a scratch array is returned

from zkos.lang.ints import U32
from zkos.lang.memory import Array, scratch


def same(items: Array[U32]) -> Array[U32]:
    other = items
    return other


def made(a: U32) -> tuple[Array[U32], U32]:
    items = scratch(U32, 3)
    items[0] = a
    return same(items), a


def run(a: U32) -> U32:
    items, b = made(a)
    return items[0] + b
