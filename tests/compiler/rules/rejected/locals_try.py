# 18:12: b may have no value here

from zkos.lang.ints import U32


class Bad(Exception):
    """Odd."""


def run(a: U32) -> U32:
    try:
        if a & 1 == 1:
            raise Bad
        b = a
    except Bad:
        pass
    else_value = a
    return b + else_value
