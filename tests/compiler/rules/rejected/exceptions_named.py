# 13:5: except names classes, without 'as' and never bare

from zkos.lang.ints import U32


class Bad(Exception):
    """Odd."""


def run(a: U32) -> U32:
    try:
        return a + 1
    except Bad as error:
        return a
