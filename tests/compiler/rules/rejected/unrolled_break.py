# 8:5: no break or continue in an unrolled loop

from zkos.lang.control import srange
from zkos.lang.ints import U32


def run(a: U32) -> U32:
    for i in srange(3):
        if a == i:
            break
    return a
