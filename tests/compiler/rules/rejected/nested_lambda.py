# 7:14: Lambda is not in the language

from zkos.lang.ints import U32


def run(a: U32) -> U32:
    twice = (lambda x: x + x)
    return twice(a)
