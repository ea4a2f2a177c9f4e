# 7:2: unknown decorator

from zkos.lang.control import record
from zkos.lang.ints import U32


@record
def run(a: U32) -> U32:
    return a
