"""Stack words as machine-sized numbers."""

from typing import Final

from zkos.lang.control import inline
from zkos.lang.ints import U32, U64, U256

LARGEST_U32: Final = U32(0xFFFFFFFF)
LARGEST_U64: Final = U64(0xFFFFFFFFFFFFFFFF)


@inline
def bits_above_u64(x: U256) -> U32:
    """Zero exactly if x < 2**64."""
    return x.word(2) | x.word(3) | x.word(4) | x.word(5) | x.word(6) | x.word(7)


@inline
def fits_u32(x: U256) -> bool:
    """Whether x < 2**32."""
    return (x.word(1) | bits_above_u64(x)) == 0


@inline
def saturate_u32(x: U256) -> U32:
    """The smaller of x and 2**32 - 1."""
    return x.word(0) if fits_u32(x) else LARGEST_U32


@inline
def saturate_u64(x: U256) -> U64:
    """The smaller of x and 2**64 - 1."""
    return U64.truncate(x) if bits_above_u64(x) == 0 else LARGEST_U64


@inline
def word_of(condition: bool) -> U256:
    """1 or 0, as comparisons push it."""
    bit = U32(1) if condition else U32(0)
    return U256(bit)


@inline
def words(length: U32) -> U64:
    """Number of 32-byte words that hold `length` bytes."""
    return (U64(length) + 31) >> 5
