# 7:12: U64 has no word 2

from zkos.lang.ints import U32, U64


def run(a: U64) -> U32:
    return a.word(2)
