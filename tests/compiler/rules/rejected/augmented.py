# 13:5: the target would be evaluated twice

from zkos.lang.ints import U32
from zkos.lang.memory import Array


def next_index(a: U32) -> U32:
    return a & 1


def run(a: U32) -> U32:
    items = Array(U32, 2)
    items[next_index(a)] += a
    return items[0]
