"""Both operands have one type, or the right one is a literal."""

from zkos.lang.ints import U32, U64


def run(a: U32, b: U32) -> U32:
    x = U64(a) * U64(b) + 7
    y = (x // 3) ^ (x % 1000)
    low = U32.truncate(y) & 0xFFFFFF
    return (low - 5 if low > 5 else low) | (~b & 1)
