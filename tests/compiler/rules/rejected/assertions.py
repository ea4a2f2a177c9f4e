# 8:5: the reason is one literal text

from zkos.lang.ints import U32
from zkos.lang.trap import trap


def run(a: U32) -> U32:
    trap(f"bad {a}")
    return a
