# 9:17: scratch in a loop would be one array

from zkos.lang.ints import U32
from zkos.lang.memory import scratch


def run(a: U32) -> U32:
    while a < 10:
        items = scratch(U32, 3)
        a = a + items[0] + 1
    return a
