# 10:12: a constant cannot be of str
from typing import Final

from zkos.lang.ints import U32

NAME: Final = "seven"


def run(a: U32) -> U32:
    return NAME
