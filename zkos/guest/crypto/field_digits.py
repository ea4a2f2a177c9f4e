"""Signed sliding windows (wNAF) of scalars for Strauss' multiplication."""

from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array


class SignedDigits:
    """The digits of one scalar: odd, below 2**(width - 1), far apart.

    A digit d is kept as 2 |d| + (1 if negative), 0 where there is none.
    """

    digits: Array[U32]
    width: U32

    def __init__(self, bits: U32, width: U32) -> None:
        """For scalars below 2**bits."""
        self.digits = Array(U32, bits.wrapping_add(width).wrapping_add(1))
        self.width = width

    def fill(self, scalar: U256, negative: bool) -> U32:
        """Recode +-`scalar`; the number of digits up to the last."""
        digits = self.digits
        width = self.width
        flip = U32(1) if negative else U32(0)
        full = U32(1) << width
        mask = full.wrapping_sub(1)
        length = U32(0)
        carry = U32(0)
        position = U32(0)
        end = digits.length().wrapping_sub(width)
        while position < end:
            window = _bits_from(scalar, position).wrapping_add(carry) & mask
            if window & 1 == 0:
                # The carry stays: the bit equals it.
                digits[position] = U32(0)
                position = position.wrapping_add(1)
                continue
            carry = window >> width.wrapping_sub(1)
            size = full.wrapping_sub(window) if carry == 1 else window
            digits[position] = size << 1 | (carry ^ flip)
            length = position.wrapping_add(1)
            for _ in urange(U32(1), width):
                position = position.wrapping_add(1)
                digits[position] = U32(0)
            position = position.wrapping_add(1)
        return length


def _bits_from(scalar: U256, position: U32) -> U32:
    """At least 16 bits of `scalar` from a position on (32 if there are)."""
    index = position >> 5
    shift = position & 31
    if index >= 8:
        return U32(0)
    bits = scalar.word(index) >> shift
    if shift > 16 and index != 7:
        bits = bits | scalar.word(index.wrapping_add(1)) << U32(32).wrapping_sub(shift)
    return bits
