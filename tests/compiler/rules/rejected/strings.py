# 7:12: str values are not in the language

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    name = "seven"
    return a
