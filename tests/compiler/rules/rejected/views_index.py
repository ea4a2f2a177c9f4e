# 8:17: expected U32, got U64

from zkos.lang.ints import U8, U64
from zkos.lang.memory import ByteView


def run(data: ByteView, at: U64) -> U8:
    return data[at]
