"""`T.BITS` is the width as a literal."""

from zkos.lang.control import srange
from zkos.lang.ints import U32, U256


def run(a: U32, b: U32) -> U32:
    wide = (U256(a) << 224) ^ U256(b)
    total = U32(0)
    for i in srange(U256.BITS // 32):
        total = total.rotate_left(1) ^ wide.word(i)
    return total
