# 9:16: a literal has no width here

from zkos.lang.ints import U32
from zkos.lang.memory import Array


def run(a: U32) -> U32:
    items = Array(U32, 3)
    items[0] = 5
    return items[0]
