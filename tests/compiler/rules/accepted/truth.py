"""Only `bool` is a truth value; `and` and `or` decide from the left."""

from zkos.lang.ints import U32


def run(a: U32, b: U32) -> U32:
    small = a < 100
    odd = (b & 1) != 0
    if (small and not odd) or a == b:
        return U32(1)
    return U32(2) if small ^ odd and b != 0 else U32(3)
