"""Wide numbers made of 32-bit words."""

from zkos.lang.control import inline
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array, scratch


@inline
def compose_u256(words: Array[U32]) -> U256:
    """The number that words 0..7 spell, least significant first."""
    return (
        (U256(words[7]) << 224 | U256(words[6]) << 192)
        | (U256(words[5]) << 160 | U256(words[4]) << 128)
        | (U256(words[3]) << 96 | U256(words[2]) << 64)
        | (U256(words[1]) << 32 | U256(words[0]))
    )


def power_of_two(exponent: U32) -> U256:
    """2**exponent for exponent < 256."""
    words = scratch(U32, 8)
    words[exponent >> 5] = U32(1) << (exponent & 31)
    return compose_u256(words)
