"""Division of wide integers, and arithmetic modulo a wide integer.

The compiler calls `divide_u128`, `divide_u256` and `divide_u512` for `//` and `%` on
these types; nothing here may use those operators beyond 64 bits. Up to 256 bits,
products are cheap and division by more than 64 bits goes through a reciprocal.
"""

from zkos.guest.crypto.long_division import divide_words
from zkos.guest.crypto.reciprocal import reciprocal_u256, remainder_of_two
from zkos.guest.crypto.short_division import divide_by_u64
from zkos.guest.crypto.words import power_of_two
from zkos.lang.control import inline, srange
from zkos.lang.ints import U32, U64, U128, U256, U512
from zkos.lang.memory import scratch


@inline
def divide_u64(x: U64, y: U64) -> tuple[U64, U64]:
    """Quotient and remainder by one division; y is not zero."""
    quotient = x // y
    return quotient, x.wrapping_sub(quotient.wrapping_mul(y))


def divide_u128(x: U128, y: U128) -> tuple[U128, U128]:
    """Quotient and remainder; y is not zero."""
    quotient, remainder = divide_u256(U256(x), U256(y))
    return U128.truncate(quotient), U128.truncate(remainder)


def divide_u256(x: U256, y: U256) -> tuple[U256, U256]:
    """Quotient and remainder; y is not zero."""
    assert y != 0, "division by zero"
    if x < y:
        return U256(0), x
    upper = x.word(2) | x.word(3) | x.word(4) | x.word(5) | x.word(6) | x.word(7)
    if upper == 0:
        small, rest = divide_u64(U64.truncate(x), U64.truncate(y))
        return U256(small), U256(rest)
    if y.word(2) | y.word(3) | y.word(4) | y.word(5) | y.word(6) | y.word(7) == 0:
        quotient, rest = divide_by_u64(x, U64.truncate(y))
        return quotient, U256(rest)

    return divide_by_wide(x, y)


def divide_by_wide(x: U256, y: U256) -> tuple[U256, U256]:
    """Quotient and remainder for 2**64 <= y.

    The divisor and x are scaled so that the divisor's top bit is set, which leaves
    the quotient between `high` and 2 * `high` + 1. An approximate reciprocal is
    enough to find it but for a few units.
    """
    scale = power_of_two(U32(256).wrapping_sub(y.bit_length()) & 255)
    high = x.mul_high(scale)
    quotient = high
    if high != 0:
        steps = newton_steps(high)
        reciprocal = reciprocal_u256(y.wrapping_mul(scale), steps)
        quotient = high.wrapping_add(high.mul_high(reciprocal))
    rest = x.wrapping_sub(quotient.wrapping_mul(y))
    while rest >= y:
        rest = rest.wrapping_sub(y)
        quotient = quotient.wrapping_add(1)
    return quotient, rest


@inline
def newton_steps(high: U256) -> U32:
    """How often to improve a reciprocal for its product with `high` < 2**192."""
    if high.word(5) | high.word(4) != 0:
        return U32(3)
    if high.word(3) | high.word(2) != 0:
        return U32(3) if high.word(3) >> 25 != 0 else U32(2)
    if high.word(1) != 0:
        return U32(2) if high.word(1) >> 28 != 0 else U32(1)
    return U32(1) if high.word(0) >> 30 != 0 else U32(0)


def divide_u512(x: U512, y: U512) -> tuple[U512, U512]:
    """Quotient and remainder; y is not zero."""
    assert y != 0, "division by zero"
    u = scratch(U32, 17)
    v = scratch(U32, 16)
    q = scratch(U32, 16)
    for i in srange(16):
        u[i] = x.word(i)
        v[i] = y.word(i)
    divide_words(u, v, q)
    quotient = U512(q[15])
    remainder = U512(u[15])
    for i in srange(14, -1, -1):
        quotient = (quotient << 32) | U512(q[i])
        remainder = (remainder << 32) | U512(u[i])
    return quotient, remainder


@inline
def reduced(x: U256, m: U256) -> U256:
    """The remainder of x modulo m."""
    if x < m:
        return x
    _, remainder = divide_u256(x, m)
    return remainder


def addmod(x: U256, y: U256, m: U256) -> U256:
    """The sum x + y modulo m without overflow; m is not zero."""
    total, carry = reduced(x, m).overflowing_add(reduced(y, m))
    if carry or total >= m:
        total = total.wrapping_sub(m)
    return total


def mulmod(x: U256, y: U256, m: U256) -> U256:
    """The product x * y modulo m without overflow; m is not zero."""
    assert m != 0, "division by zero"
    low = x.wrapping_mul(y)
    high = x.mul_high(y)
    if high == 0:
        return reduced(low, m)

    # The modulus, and with it the product, is scaled to have its top bit set.
    shift = U32(256).wrapping_sub(m.bit_length())
    divisor = m
    top = U256(0)
    if shift != 0:
        scale = power_of_two(shift)
        divisor = m.wrapping_mul(scale)
        top = high.mul_high(scale)
        high = high.wrapping_mul(scale) | low.mul_high(scale)
        low = low.wrapping_mul(scale)
    reciprocal = reciprocal_u256(divisor, U32(4))
    if top != 0 or high >= divisor:
        high = remainder_of_two(top, high, divisor, reciprocal)
    rest = remainder_of_two(high, low, divisor, reciprocal)
    if shift != 0:
        rest = rest >> shift
    return rest


def exp_u256(base: U256, exponent: U256) -> U256:
    """Base to the power of exponent modulo 2**256; 0 to the power of 0 is 1."""
    result = U256(1)
    i = exponent.bit_length()
    while i != 0:
        i = i.wrapping_sub(1)
        result = result.wrapping_mul(result)
        if (exponent.word(i >> 5) >> (i & 31)) & 1 != 0:
            result = result.wrapping_mul(base)
    return result
