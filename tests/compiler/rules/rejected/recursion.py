# 9:12: recursion: odd -> even -> odd

from zkos.lang.ints import U32


def even(a: U32) -> bool:
    if a == 0:
        return True
    return odd(a - 1)


def odd(a: U32) -> bool:
    if a == 0:
        return False
    return even(a - 1)


def run(a: U32) -> bool:
    return odd(a)
