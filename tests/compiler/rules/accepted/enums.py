"""Enums have small literals and are compared."""

from enum import Enum

from zkos.lang.ints import U32


class Colour(Enum):
    """Three of them."""

    RED = 0
    GREEN = 7
    BLUE = 300


def mix(x: Colour, y: Colour) -> Colour:
    return Colour.GREEN if x is y else x


def run(a: U32, b: U32) -> U32:
    x = Colour.RED if a < b else Colour.BLUE
    y = Colour.BLUE if b & 1 == 1 else Colour.RED
    result = mix(x, y)
    if result == Colour.GREEN:
        return U32(1)
    return U32(2) if result != Colour.BLUE else U32(3)
