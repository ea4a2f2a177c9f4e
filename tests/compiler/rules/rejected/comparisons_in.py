# 7:12: 'in' is not in the language

from zkos.lang.ints import U32


def run(a: U32) -> bool:
    return a in (U32(1), U32(2))
