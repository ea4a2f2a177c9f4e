# 9:16: Map[U32, U32] has no method remove

from zkos.lang.ints import U32
from zkos.lang.memory import Map


def run(a: U32) -> U32:
    items = Map(U32, U32)
    return a + items.remove(a)
