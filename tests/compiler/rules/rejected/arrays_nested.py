# 7:15: no array of Array[U32]

from zkos.lang.ints import U32
from zkos.lang.memory import Array


def first(xs: Array[Array[U32]]) -> U32:
    return xs[0][0]


def run(a: U32) -> U32:
    return first(Array(Array[U32], 3))
