"""The first assignment fixes the type; every way gives a value before a read."""

from zkos.lang.ints import U32


def run(a: U32, b: U32) -> U32:
    if a > b:
        larger = a
    else:
        larger = b
    a = a.wrapping_add(1)
    total: U32 = larger ^ a
    while True:
        seen = total
        if total < 1000:
            break
        total >>= 1
    return seen
