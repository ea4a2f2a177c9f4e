# 8:12: cannot convert ByteView to U32

from zkos.lang.ints import U32
from zkos.lang.memory import ByteView


def run(data: ByteView) -> U32:
    return U32(data)
