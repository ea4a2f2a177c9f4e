"""Division of wide integers, and arithmetic modulo a wide integer.

The compiler calls `divide_u128`, `divide_u256` and `divide_u512` for `//` and `%` on
these types; nothing here may use those operators beyond 64 bits. The method is long
division on 32-bit words: Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D.
A digit of the quotient is found with the reciprocal of the divisor's top word.
"""

from zkos.guest.crypto.reciprocal import (
    reciprocal_u32,
    reciprocal_u256,
    remainder_of_two,
)
from zkos.guest.crypto.short_division import compose_u256, divide_by_u64
from zkos.lang.control import inline, noinline, srange, urange
from zkos.lang.ints import U32, U64, U128, U256, U512
from zkos.lang.memory import Array, scratch


@inline
def divide_two_words(
    high: U32, low: U32, divisor: U32, reciprocal: U32
) -> tuple[U32, U32]:
    """Quotient and remainder of `high * 2**32 + low` for high < divisor."""
    estimate = U64(reciprocal).wrapping_mul(U64(high))
    estimate = estimate.wrapping_add((U64(high) << 32) | U64(low))
    quotient = U32.truncate(estimate >> 32).wrapping_add(1)
    rest = low.wrapping_sub(quotient.wrapping_mul(divisor))
    if rest > U32.truncate(estimate):
        quotient = quotient.wrapping_sub(1)
        rest = rest.wrapping_add(divisor)
    if rest >= divisor:
        quotient = quotient.wrapping_add(1)
        rest = rest.wrapping_sub(divisor)
    return quotient, rest


@inline
def significant_words(words: Array[U32]) -> U32:
    """The number of words without the leading zero words."""
    count = words.length()
    while count != 0 and words[count.wrapping_sub(1)] == 0:
        count = count.wrapping_sub(1)
    return count


@inline
def shift_left(words: Array[U32], count: U32, shift: U32) -> None:
    """Multiply the low `count` words by 2**shift, shift < 32."""
    back = shift ^ 31
    carry = U32(0)
    for i in urange(count):
        word = words[i]
        words[i] = (word << shift) | carry
        carry = (word >> 1) >> back


@inline
def shift_right(words: Array[U32], count: U32, shift: U32) -> None:
    """Divide the low `count` words by 2**shift, shift < 32."""
    back = shift ^ 31
    carry = U32(0)
    i = count
    while i != 0:
        i = i.wrapping_sub(1)
        word = words[i]
        words[i] = (word >> shift) | carry
        carry = (word << 1) << back


@inline
def subtract_multiple(
    u: Array[U32], position: U32, v: Array[U32], count: U32, digit: U32
) -> U32:
    """Take `digit` times `v` from the words at `position`; what is owed by the next."""
    carry = U32(0)
    for i in urange(count):
        product = U64(digit).wrapping_mul(U64(v[i])).wrapping_add(U64(carry))
        at = position.wrapping_add(i)
        u[at], borrow = u[at].overflowing_sub(U32.truncate(product))
        carry = U32.truncate(product >> 32)
        if borrow:
            carry = carry.wrapping_add(1)
    return carry


def add_back(u: Array[U32], position: U32, v: Array[U32], count: U32) -> None:
    """Add `v` to the words of `u` at `position`; the carry out is dropped."""
    carry = False
    for i in urange(count):
        at = position.wrapping_add(i)
        u[at], carry = u[at].add_carry(v[i], carry)


@noinline
def divide_words(u: Array[U32], v: Array[U32], q: Array[U32]) -> None:
    """Divide `u` by `v`, least significant words first.

    The last word of `u` is zero before, the remainder lies in `u` afterwards. `v` is
    not zero and is lost. `q` is zero before, the quotient afterwards; it has all but
    one of the words of `u`.
    """
    count = significant_words(v)
    length = significant_words(u)
    assert count != 0, "division by zero"
    if length < count:
        return

    top = v[count.wrapping_sub(1)]
    shift = U32(32).wrapping_sub(top.bit_length()) & 31
    if shift != 0:
        shift_left(v, count, shift)
        shift_left(u, length.wrapping_add(1), shift)
        top = v[count.wrapping_sub(1)]
    second = U32(0)
    if count > 1:
        second = v[count.wrapping_sub(2)]
    reciprocal = reciprocal_u32(top)

    position = length.wrapping_sub(count).wrapping_add(1)
    while position != 0:
        position = position.wrapping_sub(1)
        end = position.wrapping_add(count)
        digit = estimate_digit(u, end, top, second, reciprocal)
        owed = subtract_multiple(u, position, v, count, digit)
        if owed > u[end]:
            digit = digit.wrapping_sub(1)
            add_back(u, position, v, count)
        u[end] = U32(0)
        q[position] = digit

    if shift != 0:
        shift_right(u, count, shift)


@inline
def estimate_digit(
    u: Array[U32], end: U32, top: U32, second: U32, reciprocal: U32
) -> U32:
    """The digit for the words of `u` up to `end`, at most one too large."""
    high = u[end]
    low = u[end.wrapping_sub(1)]
    wrapped = False
    if high < top:
        digit, rest = divide_two_words(high, low, top, reciprocal)
    else:
        digit = U32(0xFFFFFFFF)
        rest, wrapped = low.overflowing_add(top)
    if second == 0:
        return digit

    third = u[end.wrapping_sub(2)]
    while not wrapped:
        product = U64(digit).wrapping_mul(U64(second))
        if product <= ((U64(rest) << 32) | U64(third)):
            break
        digit = digit.wrapping_sub(1)
        rest, wrapped = rest.overflowing_add(top)
    return digit


@inline
def divide_u64(x: U64, y: U64) -> tuple[U64, U64]:
    """Quotient and remainder by one division; y is not zero."""
    quotient = x // y
    return quotient, x.wrapping_sub(quotient.wrapping_mul(y))


def divide_u128(x: U128, y: U128) -> tuple[U128, U128]:
    """Quotient and remainder; y is not zero."""
    assert y != 0, "division by zero"
    if x < y:
        return U128(0), x
    if x.word(2) | x.word(3) == 0:
        small, rest = divide_u64(U64.truncate(x), U64.truncate(y))
        return U128(small), U128(rest)

    u = scratch(U32, 5)
    v = scratch(U32, 4)
    q = scratch(U32, 4)
    for i in srange(4):
        u[i] = x.word(i)
        v[i] = y.word(i)
    divide_words(u, v, q)
    quotient = U128(q[3])
    remainder = U128(u[3])
    for i in srange(2, -1, -1):
        quotient = (quotient << 32) | U128(q[i])
        remainder = (remainder << 32) | U128(u[i])
    return quotient, remainder


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

    u = scratch(U32, 9)
    v = scratch(U32, 8)
    q = scratch(U32, 8)
    for i in srange(8):
        u[i] = x.word(i)
        v[i] = y.word(i)
    divide_words(u, v, q)
    return compose_u256(q), compose_u256(u)


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
        scale = U256(1) << shift
        divisor = m.wrapping_mul(scale)
        top = high.mul_high(scale)
        high = high.wrapping_mul(scale) | low.mul_high(scale)
        low = low.wrapping_mul(scale)
    reciprocal = reciprocal_u256(divisor)
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
