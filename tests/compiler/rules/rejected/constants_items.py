# 10:16: the items have no width
from typing import Final

from zkos.lang.ints import U32

SIZES: Final = (1, 2, 3)


def run(a: U32) -> U32:
    return a + SIZES[a]
