# 7:12: U128 has no method mul_high

from zkos.lang.ints import U128


def run(a: U128) -> U128:
    return a.mul_high(a)
