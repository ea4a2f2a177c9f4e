"""What an unfinished assignment would have changed is unchanged in the handler."""

from zkos.lang.ints import U32, U256


class Stop(Exception):
    """Always."""


class Cell:
    """Holds a number."""

    value: U256

    def __init__(self, value: U256) -> None:
        self.value = value


def fail(x: U32) -> U256:
    if x & 1 == 1:
        raise Stop
    return U256(x)


def both(x: U32, y: U32) -> tuple[U256, U256]:
    return U256(y), fail(x)


def run(a: U32, b: U32) -> U32:
    x = U256(b) << 30
    y = U256(a)
    cell = Cell(x)
    flag = False
    tries = U32(0)
    while tries < 4:
        tries += 1
        try:
            x = y.wrapping_add(fail(a + tries))
            x, flag = y.overflowing_sub(fail(b ^ tries))
            cell.value = y.wrapping_mul(fail(b))
            x, y = both(a ^ b, tries)
            if x == y:
                break
            continue
        except Stop:
            x = x ^ (x >> 7)
    total = x.word(0) ^ x.word(1) ^ y.word(0) ^ cell.value.word(0)
    return total ^ U32(flag) ^ (tries << 9)
