# 7:15: not Python: invalid syntax

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    return a +
