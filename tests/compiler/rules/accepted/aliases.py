"""One value may be both operands, both arguments, or operand and target."""

from zkos.lang.control import noinline
from zkos.lang.ints import U32, U256


class Pair:
    """Two numbers."""

    x: U256
    y: U256

    def __init__(self, x: U256, y: U256) -> None:
        self.x = x
        self.y = y


@noinline
def combine(x: U256, y: U256) -> U256:
    x = x.wrapping_add(y)
    return x.wrapping_mul(y).wrapping_sub(x)


@noinline
def double(x: U256) -> tuple[U256, bool]:
    return x.overflowing_add(x)


def run(a: U32, b: U32) -> U32:
    x = (U256(a) << 220) | U256(b)
    x = combine(x, x)
    y = U256(b)
    y = x.wrapping_sub(y)
    x, over = y.overflowing_sub(x)
    y, more = y.add_carry(y, over)
    y = y.wrapping_mul(y)
    pair = Pair(x, y)
    pair.x = pair.x.wrapping_add(pair.x)
    pair.x, pair.y = pair.y, pair.x
    pair.y = combine(pair.y, pair.x)
    pair.x = pair.y.wrapping_sub(pair.x)
    x, less = double(x)
    total = pair.x.word(0) ^ pair.y.word(7) ^ x.word(6) ^ y.word(3)
    return total ^ U32(more) ^ (U32(less) << 1) ^ U32(pair.x == pair.x)
