# 9:21: srange takes literals

from zkos.lang.control import srange
from zkos.lang.ints import U32


def run(a: U32) -> U32:
    b = a
    for i in srange(a):
        b = b + i
    return b
