# 9:12: recursion: run -> run

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    if a == 0:
        return a
    return run(a - 1)
