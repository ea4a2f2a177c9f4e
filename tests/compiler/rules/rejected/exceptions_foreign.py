# 9:12: no exception class of the program

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    try:
        return a + 1
    except ValueError:
        return a
