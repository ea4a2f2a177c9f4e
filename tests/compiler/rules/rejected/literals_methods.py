# 7:12: a literal has no width here

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return (1 << 5).bit_length()
