# 7:5: for runs over urange(...) or srange(...)

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    for i in range(3):
        a = a + 1
    return a
