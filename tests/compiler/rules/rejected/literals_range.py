# 7:16: 256 does not fit U8

from zkos.lang.ints import U8


def run(a: U8) -> U8:
    return a + 256
