"""`scratch` arrays lie on the stack: they may be indexed and passed down."""

from zkos.lang.ints import U32
from zkos.lang.memory import Array, scratch


def fill(target: Array[U32], x: U32) -> Array[U32]:
    target[0] = x
    target[1] = x.rotate_left(3)
    return target


def run(a: U32, b: U32) -> U32:
    words = scratch(U32, 4)
    same = fill(words, a)
    same[2] = b
    return words[0] ^ words[1] ^ words[2] ^ words[3] ^ same.length()
