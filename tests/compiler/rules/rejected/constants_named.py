# 8:16: zkos.machine.decode has no constant decode

from zkos.lang.ints import U32
from zkos.machine import decode


def run(a: U32) -> U32:
    return a ^ decode.decode
