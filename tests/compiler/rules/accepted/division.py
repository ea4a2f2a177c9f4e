"""Wide numbers divide by the guest's own routine; zero traps."""

from zkos.lang.ints import U32, U128, U256, U512


def run(a: U32, b: U32) -> U32:
    x = (U256(a) << 200) + 12345
    y = U256(b) << 90
    narrow = U128.truncate(x >> 100) // (U128(b) + 1)
    double = (U512(x) << 250) % (U512(y) + 3)
    return (x // y).word(1) ^ (x % y).word(0) ^ narrow.word(0) ^ double.word(2)
