"""64-bit division for targets without it: 32-bit division steps."""

from zkos.lang.control import inline
from zkos.lang.ints import U32, U64


def divide_u64(x: U64, y: U64) -> U64:
    """Return x // y; y is not zero."""
    if x < y:
        return U64(0)
    high = U32.truncate(x >> 32)
    divisor = U32.truncate(y)
    if (y >> 32) != 0:
        return U64(long_quotient(x, y))
    if high == 0:
        return U64(U32.truncate(x) // divisor)
    upper = high // divisor
    lower = step(high % divisor, U32.truncate(x), divisor)
    return (U64(upper) << 32) | U64(lower)


def remainder_u64(x: U64, y: U64) -> U64:
    """Return x % y; y is not zero."""
    return x.wrapping_sub(divide_u64(x, y).wrapping_mul(y))


def long_quotient(x: U64, y: U64) -> U32:
    """Quotient for a divisor of more than 32 bits, estimated and corrected."""
    shift = U32(64) - y.bit_length()
    divisor = U32.truncate((y << shift) >> 32)
    half = x >> 1
    estimate = step(U32.truncate(half >> 32), U32.truncate(half), divisor)
    quotient = (U64(estimate) << shift) >> 31
    if quotient != 0:
        quotient = quotient.wrapping_sub(1)
    if x.wrapping_sub(quotient.wrapping_mul(y)) >= y:
        quotient = quotient.wrapping_add(1)
    return U32.truncate(quotient)


@inline
def step(high: U32, low: U32, divisor: U32) -> U32:
    """Quotient of the 64-bit `high:low`, high < divisor, in two 16-bit digits."""
    shift = U32(32) - divisor.bit_length()
    d = divisor << shift
    d1 = d >> 16
    d0 = d & 0xFFFF
    top = high
    rest = low << shift
    if shift != 0:
        top = (high << shift) | (low >> (U32(32) - shift))
    q1 = digit(top, rest >> 16, d, d1, d0)
    middle = (top << 16).wrapping_add(rest >> 16).wrapping_sub(q1.wrapping_mul(d))
    q0 = digit(middle, rest & 0xFFFF, d, d1, d0)
    return (q1 << 16).wrapping_add(q0)


@inline
def digit(top: U32, next_digit: U32, d: U32, d1: U32, d0: U32) -> U32:
    """One 16-bit digit of the quotient of `top:next_digit` by d."""
    q = top // d1
    r = top.wrapping_sub(q.wrapping_mul(d1))
    while q >= 0x10000 or q.wrapping_mul(d0) > ((r << 16) | next_digit):
        q = q.wrapping_sub(1)
        r = r.wrapping_add(d1)
        if r >= 0x10000:
            break
    return q
