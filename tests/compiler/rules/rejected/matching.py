# 9:14: cases are constants

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    match a:

        case [1, 2]:
            return a
        case _:
            return a + 1
