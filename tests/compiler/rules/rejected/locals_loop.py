# 10:12: last may have no value here

from zkos.lang.ints import U32
from zkos.lang.control import urange


def run(a: U32) -> U32:
    for last in urange(a):
        pass
    return last
