# 7:12: comparisons do not chain

from zkos.lang.ints import U32


def run(a: U32, b: U32) -> bool:
    return U32(0) < a < b
