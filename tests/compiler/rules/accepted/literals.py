"""A literal takes the type of what it stands beside, or is wrapped."""

from zkos.lang.ints import U32
from zkos.lang.memory import Array


def next_after(x: U32) -> U32:
    return x.wrapping_add(1)


def run(a: U32, b: U32) -> U32:
    items = Array(U32, 4)
    items[2] = a
    items[3] = U32(2 * 3 + (1 << 4))
    count = U32(0)
    while count < 3:
        count = count + 1
    return items[2] ^ items[3] ^ next_after(U32(5)) ^ (b if b != 3 else count)
