# 11:13: LIMIT has no value yet

from typing import Final

from zkos.lang.ints import U32

LIMIT: Final = U32(3)


def run(a: U32) -> U32:
    b = a + LIMIT
    LIMIT = b
    return LIMIT
