# 11:14: Python binds a bare name in a case instead of comparing it

from typing import Final

from zkos.lang.ints import U32

LIMIT: Final = U32(5)

def run(a: U32) -> U32:
    match a:
        case LIMIT:
            return a
