# 9:18: a literal has no width here

from zkos.lang.ints import U32
from zkos.lang.memory import List


def run(a: U32) -> U32:
    items = List(U32)
    items.append(5)
    return items[0]
