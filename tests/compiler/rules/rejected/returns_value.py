# 7:5: this function returns nothing

from zkos.lang.ints import U32


def run(a: U32) -> None:
    return a
