"""Numbers of many 256-bit limbs, least significant first, for modular powers.

A number is an array that grows on demand and a count kept by whoever works on it:
all functions take the count of limbs to use.
"""

from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array, ByteView, allocate_bytes


class Number:
    """Space for one number; `reserve` before use."""

    limbs: Array[U256]

    def __init__(self) -> None:
        self.limbs = Array(U256, 0)

    def reserve(self, count: U32) -> None:
        """Make room for `count` limbs; the value is lost if there was none."""
        if self.limbs.length() < count:
            # Nothing is freed: doubling bounds what is left behind.
            self.limbs = Array(U256, count.wrapping_add(self.limbs.length()))

    def clear(self, count: U32) -> None:
        limbs = self.limbs
        for i in urange(count):
            limbs[i] = U256(0)

    def copy_from(self, x: "Number", count: U32) -> None:
        limbs = self.limbs
        source = x.limbs
        for i in urange(count):
            limbs[i] = source[i]


class NumberReader:
    """Takes numbers out of big-endian bytes."""

    word: ByteView

    def __init__(self) -> None:
        self.word = allocate_bytes(32)

    def limb(self, data: ByteView, index: U32) -> U256:
        """Limb `index` of the number in `data`; 0 beyond its end."""
        length = data.length()
        skipped = index << 5
        if skipped >= length:
            return U256(0)
        rest = length.wrapping_sub(skipped)
        if rest >= 32:
            return data.load_u256_be(rest.wrapping_sub(32))
        word = self.word
        word.fill(0)
        word.window(U32(32).wrapping_sub(rest), rest).copy_from(data.window(0, rest))
        return word.load_u256_be(0)

    def read(self, out: Number, data: ByteView, first: U32, count: U32) -> None:
        """Set `out` to the limbs `first` to `first + count` of the number."""
        limbs = out.limbs
        for i in urange(count):
            limbs[i] = self.limb(data, first.wrapping_add(i))

    def write(self, x: Number, count: U32, out: ByteView) -> None:
        """Fill `out` with x as a big-endian number; it must fit."""
        end = out.length()
        for i in urange(count):
            if end >= 32:
                end = end.wrapping_sub(32)
                out.store_u256_be(end, x.limbs[i])
            elif end != 0:
                word = self.word
                word.store_u256_be(0, x.limbs[i])
                rest = word.window(U32(32).wrapping_sub(end), end)
                out.window(0, end).copy_from(rest)
                end = U32(0)
        out.window(0, end).fill(0)


def limbs_of(length: U32) -> U32:
    """Limbs for a number of `length` bytes."""
    whole = length >> 5
    return whole if length & 31 == 0 else whole.wrapping_add(1)


def significant(x: Number, count: U32) -> U32:
    """Limbs without the zeros at the top."""
    while count != 0 and x.limbs[count.wrapping_sub(1)] == 0:
        count = count.wrapping_sub(1)
    return count


def bit_length(x: Number, count: U32) -> U32:
    """Bits without the zeros at the top, for x != 0 and `count` significant limbs."""
    below = count.wrapping_sub(1)
    return (below << 8).wrapping_add(x.limbs[below].bit_length())


def trailing_zeros(x: Number) -> U32:
    """Zero bits at the bottom of x != 0."""
    index = U32(0)
    while x.limbs[index] == 0:
        index = index.wrapping_add(1)
    return (index << 8).wrapping_add(x.limbs[index].trailing_zeros())


def shift_right(out: Number, x: Number, bits: U32, count: U32) -> None:
    """Set `out` to x >> bits, both of `count` limbs."""
    whole = bits >> 8
    part = bits & 255
    for i in urange(count):
        source = i.wrapping_add(whole)
        limb = U256(0)
        if source < count:
            limb = x.limbs[source] >> part
        source = source.wrapping_add(1)
        if part != 0 and source < count:
            limb = limb | x.limbs[source] << U32(256).wrapping_sub(part)
        out.limbs[i] = limb


def keep_low_bits(x: Number, bits: U32, count: U32) -> None:
    """Reduce x of `count` limbs modulo 2**bits, where bits are at least one."""
    last = bits.wrapping_sub(1)
    index = last >> 8
    mask = U256(0).wrapping_sub(1) >> U32(255).wrapping_sub(last & 255)
    x.limbs[index] = x.limbs[index] & mask
    for i in urange(index.wrapping_add(1), count):
        x.limbs[i] = U256(0)


def add(out: Number, x: Number, y: Number, count: U32) -> bool:
    """Set `out` to x + y; the carry. All may be the same number."""
    result = out.limbs
    left = x.limbs
    right = y.limbs
    carry = False
    for i in urange(count):
        limb, carry = left[i].add_carry(right[i], carry)
        result[i] = limb
    return carry


def subtract(out: Number, x: Number, y: Number, count: U32) -> bool:
    """Set `out` to x - y; the borrow. All may be the same number."""
    result = out.limbs
    left = x.limbs
    right = y.limbs
    borrow = False
    for i in urange(count):
        limb, borrow = left[i].sub_borrow(right[i], borrow)
        result[i] = limb
    return borrow


def multiply_low(out: Number, x: Number, y: Number, count: U32) -> None:
    """Set `out`, another number, to x y modulo 2**(256 count)."""
    result = out.limbs
    left = x.limbs
    right = y.limbs
    one = U256(1)
    out.clear(count)
    for i in urange(count):
        factor = right[i]
        carry = U256(0)
        for j in urange(count.wrapping_sub(i)):
            limb = left[j]
            high = limb.mul_high(factor)
            low, over = limb.wrapping_mul(factor).overflowing_add(carry)
            if over:
                high = high.wrapping_add(one)
            k = i.wrapping_add(j)
            low, over = low.overflowing_add(result[k])
            if over:
                high = high.wrapping_add(one)
            result[k] = low
            carry = high
