# 7:12: no such operator on I32

from zkos.lang.ints import I32


def run(a: I32) -> I32:
    return -a
