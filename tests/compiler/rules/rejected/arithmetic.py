# 6:12: operands of types U32 and U64

from zkos.lang.ints import U32, U64

def run(a: U32, b: U64) -> U32:
    return a + b
