# 9:18: expected U32, got U64

from zkos.lang.ints import U32, U64
from zkos.lang.memory import List


def run(a: U32, b: U64) -> U32:
    items = List(U32)
    items.append(b)
    return items[0]
