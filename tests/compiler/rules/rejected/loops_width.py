# 7:5: urange counts U32 or U64, not U256

from zkos.lang.control import urange
from zkos.lang.ints import U256

def run(a: U256) -> U256:
    for i in urange(a):
        a = a + i
    return a
