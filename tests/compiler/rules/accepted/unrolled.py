"""`srange` counts over literals and copies the body; its variable is a literal."""

from zkos.lang.control import srange
from zkos.lang.ints import U32
from zkos.lang.memory import Array


def run(a: U32, b: U32) -> U32:
    items = Array(U32, 8)
    for i in srange(8):
        items[i] = a.rotate_left(i) ^ b
    total = U32(0)
    for i in srange(7, 0, -2):
        for j in srange(i):
            if j % 2 == 0:
                total = total.wrapping_add(items[i] >> j)
    return total
