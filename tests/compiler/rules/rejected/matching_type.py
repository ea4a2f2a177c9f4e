# 9:14: expected U32, got U64

from zkos.lang.ints import U32
from zkos.machine import decode


def run(a: U32) -> U32:
    match a:
        case decode.UNDECODED_ENTRY:
            return a
        case _:
            return a + 1
