# 9:5: a scratch array is returned

from zkos.lang.ints import U32
from zkos.lang.memory import Array, scratch


def made(a: U32) -> Array[U32]:
    items = scratch(U32, 3)
    return items


def run(a: U32) -> U32:
    return made(a)[0]
