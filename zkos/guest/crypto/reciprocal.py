"""Reciprocals by which division turns into multiplication.

The reciprocal of a divisor d of one full word (its top bit set, B = 2 to the width)
is `floor((B**2 - 1) / d) - B`: Moller and Granlund, Improved Division by Invariant
Integers, 2011. The word is 32 bits in long division, and 256 bits, where products are
cheap, in `mulmod`.
"""

from zkos.lang.control import urange
from zkos.lang.ints import U32, U256


def half_quotient(x: U32, divisor: U32) -> U32:
    """floor((x * 2**16 + 0xFFFF) / divisor) for x < divisor, 2**31 <= divisor."""
    upper = divisor >> 16
    lower = divisor & 0xFFFF
    quotient = x // upper
    rest = x.wrapping_sub(quotient.wrapping_mul(upper))
    while rest <= 0xFFFF and quotient.wrapping_mul(lower) > ((rest << 16) | 0xFFFF):
        quotient = quotient.wrapping_sub(1)
        rest = rest.wrapping_add(upper)
    return quotient


def reciprocal_u32(divisor: U32) -> U32:
    """floor((2**64 - 1) / divisor) - 2**32 for 2**31 <= divisor."""
    numerator = ~divisor
    high = half_quotient(numerator, divisor)
    rest = ((numerator << 16) | 0xFFFF).wrapping_sub(high.wrapping_mul(divisor))
    return (high << 16) | half_quotient(rest, divisor)


def reciprocal_u256(divisor: U256, steps: U32) -> U256:
    """The reciprocal for 2**255 <= divisor, or up to 3 less after 4 steps.

    Newton's iteration for B**2 / divisor = B + result, from a relative error of
    2**-30, which each step squares: 2**-60, 2**-121, 2**-242. The error
    B**2 - divisor * (B + result) is positive throughout, as each step and each
    rounding stays below the exact value.
    """
    result = U256(0)
    top = divisor.word(7)
    if top != 0xFFFFFFFF:
        result = U256(reciprocal_u32(top.wrapping_add(1))) << 224
    complement = ~divisor
    for _ in urange(steps):
        error = complement.wrapping_sub(divisor.mul_high(result))
        change = result.mul_high(error)
        result = result.wrapping_add(error)
        result = result.wrapping_add(change)
    return result


def remainder_of_two(high: U256, low: U256, divisor: U256, reciprocal: U256) -> U256:
    """(high * 2**256 + low) modulo divisor for high < divisor, 2**255 <= divisor."""
    quotient = high.wrapping_add(high.mul_high(reciprocal))
    rest, borrow = low.overflowing_sub(quotient.wrapping_mul(divisor))
    excess = high.word(0).wrapping_sub(quotient.mul_high(divisor).word(0))
    if borrow:
        excess = excess.wrapping_sub(1)
    # The quotient is at most 6 too small.
    while excess != 0 or rest >= divisor:
        rest, borrow = rest.overflowing_sub(divisor)
        if borrow:
            excess = excess.wrapping_sub(1)
    return rest
