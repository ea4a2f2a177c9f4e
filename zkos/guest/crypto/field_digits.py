"""Signed sliding windows (wNAF) of scalars for Strauss' multiplication.

The digits of scalars that are multiplied together share an array: what there is to
add at a position is one word, and mostly none.
"""

from typing import Final

from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array

WIDEST: Final = U32(9)


def positions(bits: U32) -> Array[U32]:
    """Room for the digits of scalars below 2**bits."""
    return Array(U32, bits.wrapping_add(WIDEST).wrapping_add(1))


def clear(digits: Array[U32]) -> None:
    """Forget all digits."""
    for position in urange(digits.length()):
        digits[position] = U32(0)


class SignedDigits:
    """The digits of one scalar: odd, below 2**(width - 1), far apart.

    A digit d is kept as 2 |d| + (1 if negative), 0 where there is none: `width` bits
    of the words of `digits`, from bit `shift` on.
    """

    digits: Array[U32]
    width: U32
    shift: U32

    def __init__(self, digits: Array[U32], width: U32, shift: U32) -> None:
        self.digits = digits
        self.width = width
        self.shift = shift

    def fill(self, scalar: U256, negative: bool) -> U32:
        """Recode +-`scalar` into a cleared array; the number of digits to the last."""
        digits = self.digits
        width = self.width
        shift = self.shift
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
                # The carry stays: each bit skipped equals it.
                skipped = U32(1)
                while window & 2 == 0 and skipped < width:
                    window = window >> 1
                    skipped = skipped.wrapping_add(1)
                position = position.wrapping_add(skipped)
                continue
            carry = window >> width.wrapping_sub(1)
            size = full.wrapping_sub(window) if carry == 1 else window
            digit = size << 1 | (carry ^ flip)
            digits[position] = digits[position] | digit << shift
            length = position.wrapping_add(1)
            position = position.wrapping_add(width)
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
