"""Long division on 32-bit words, for numbers of any length.

Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D; a digit of the quotient
is found with the reciprocal of the divisor's top word.
"""

from zkos.guest.crypto.reciprocal import reciprocal_u32
from zkos.lang.control import inline, noinline, urange
from zkos.lang.ints import U32, U64
from zkos.lang.memory import Array


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
