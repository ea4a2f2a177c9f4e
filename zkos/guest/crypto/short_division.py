"""Division of 256-bit numbers by divisors of at most 64 bits, the common case.

The divisor is scaled to two full words and the dividend with it; each digit of the
quotient then takes three words by two (Moller and Granlund 2011, section 3).
"""

from zkos.guest.crypto.reciprocal import reciprocal_u32
from zkos.guest.crypto.words import compose_u256
from zkos.lang.control import inline, srange
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import scratch


def reciprocal_u64(divisor: U64) -> U32:
    """floor((2**96 - 1) / divisor) - 2**32 for 2**63 <= divisor."""
    high = U32.truncate(divisor >> 32)
    low = U32.truncate(divisor)
    reciprocal = reciprocal_u32(high)
    # From here, how far high * (2**32 + reciprocal) plus the share of the low word
    # is beyond the next power of two.
    excess = high.wrapping_mul(reciprocal).wrapping_add(low)
    if excess < low:
        reciprocal = reciprocal.wrapping_sub(1)
        if excess >= high:
            reciprocal = reciprocal.wrapping_sub(1)
            excess = excess.wrapping_sub(high)
        excess = excess.wrapping_sub(high)
    share = U64(reciprocal).wrapping_mul(U64(low))
    carried = U32.truncate(share >> 32)
    excess = excess.wrapping_add(carried)
    if excess < carried:
        reciprocal = reciprocal.wrapping_sub(1)
        if ((U64(excess) << 32) | (share & 0xFFFFFFFF)) >= divisor:
            reciprocal = reciprocal.wrapping_sub(1)
    return reciprocal


@inline
def divide_three_words(
    high: U64, low: U32, divisor: U64, reciprocal: U32
) -> tuple[U32, U64]:
    """Quotient and remainder of `high * 2**32 + low` for high < divisor."""
    estimate = U64(reciprocal).wrapping_mul(high >> 32).wrapping_add(high)
    quotient = U32.truncate(estimate >> 32)
    upper = U32.truncate(high).wrapping_sub(
        quotient.wrapping_mul(U32.truncate(divisor >> 32))
    )
    rest = (U64(upper) << 32) | U64(low)
    rest = rest.wrapping_sub(U64(quotient).wrapping_mul(divisor & 0xFFFFFFFF))
    rest = rest.wrapping_sub(divisor)
    quotient = quotient.wrapping_add(1)
    if U32.truncate(rest >> 32) >= U32.truncate(estimate):
        quotient = quotient.wrapping_sub(1)
        rest = rest.wrapping_add(divisor)
    if rest >= divisor:
        quotient = quotient.wrapping_add(1)
        rest = rest.wrapping_sub(divisor)
    return quotient, rest


def divide_by_u64(x: U256, divisor: U64) -> tuple[U256, U64]:
    """Quotient and remainder; the divisor is not zero."""
    shift = U32(64).wrapping_sub(divisor.bit_length()) & 63
    scaled = divisor << shift
    scale = U256(U64(1) << shift)
    rest = U64.truncate(x.mul_high(scale))
    dividend = x.wrapping_mul(scale)
    reciprocal = reciprocal_u64(scaled)

    words = scratch(U32, 8)
    digits = scratch(U32, 8)
    for i in srange(8):
        words[i] = dividend.word(i)
    count = U32(8)
    if rest == 0:
        while count != 0 and words[count.wrapping_sub(1)] == 0:
            count = count.wrapping_sub(1)
    while count != 0:
        count = count.wrapping_sub(1)
        digit, rest = divide_three_words(rest, words[count], scaled, reciprocal)
        digits[count] = digit
    return compose_u256(digits), rest >> shift
