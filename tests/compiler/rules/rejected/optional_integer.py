# 6:12: U32 cannot be None

from zkos.lang.ints import U32


def run(a: "U32 | None") -> U32:
    return U32(0)
