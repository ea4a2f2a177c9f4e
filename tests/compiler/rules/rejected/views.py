# 8:12: ByteView has no method load_u128

from zkos.lang.ints import U128
from zkos.lang.memory import ByteView


def run(data: ByteView) -> U128:
    return data.load_u128(0)
