"""An exception nobody handles ends the run and is named."""

from zkos.lang.ints import U32


class Unlucky(Exception):
    """Thirteen."""


def run(a: U32, b: U32) -> U32:
    if a % 13 == 0:
        raise Unlucky
    return b
