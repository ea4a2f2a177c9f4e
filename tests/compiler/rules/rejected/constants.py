# 5:1: the constant limit is not in capitals
from typing import Final

from zkos.lang.ints import U32
limit: Final = U32(7)


def run(a: U32) -> U32:
    return a + limit
