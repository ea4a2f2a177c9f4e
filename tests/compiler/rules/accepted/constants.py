"""Constants are computed by Python when the module is imported."""

from typing import Final

from zkos.lang.ints import U8, U32, U256

LIMIT: Final = U32(sum(1 << i for i in range(0, 32, 3)))
MASK: Final[U256] = U256((1 << 200) - 1)
WIDTH: Final = 5
FIRST: Final = U32(1)
SECOND: Final = U32(2)
ENABLED: Final = True
SQUARES: Final = tuple(U32(i * i) for i in range(8))
ROWS: Final = ((U8(1), U8(2)), (U8(3), U8(4)), (U8(5), U8(6)))
MIXED: Final = (U8(7), (U32(9), False))


def run(a: U32, b: U32) -> U32:
    total = SQUARES[a & 7].wrapping_add(a << WIDTH)
    total = total.wrapping_add(U32(ROWS[b % 3][a & 1]))
    if ENABLED and not MIXED[1][1]:
        total = total.wrapping_add(U32(MIXED[0])) ^ MIXED[1][0]
    return total ^ U32.truncate((U256(b) << 190) & MASK) ^ LIMIT
