"""Powers modulo one number: odd (Montgomery's multiplication) or a power of two."""

from typing import Final

from zkos.guest.crypto.modexp_limbs import (
    Number,
    NumberReader,
    add,
    bit_length,
    limbs_of,
    multiply_low,
    subtract,
)
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView, List

SHORT_EXPONENT_BYTES: Final = U32(6)
"""Up to this length a table of powers costs more than it saves."""
TABLE_SIZE: Final = U32(16)


class Ring:
    """The numbers modulo `modulus`, or modulo 2**(256 count) if `binary`.

    With an odd modulus m numbers are below m and stand for x / 2**(256 count).
    """

    reader: NumberReader
    binary: bool
    count: U32
    modulus: Number
    reciprocal: U256
    """-1 / modulus modulo 2**256."""
    inverse: U256
    """1 / modulus modulo 2**256."""
    square_of_radix: Number
    result: Number
    product: Number
    chunk: Number
    table: List[Number]

    def __init__(self, reader: NumberReader) -> None:
        self.reader = reader
        self.binary = False
        self.count = U32(0)
        self.modulus = Number()
        self.reciprocal = U256(0)
        self.inverse = U256(0)
        self.square_of_radix = Number()
        self.result = Number()
        self.product = Number()
        self.chunk = Number()
        self.table = List(Number)
        for _ in urange(TABLE_SIZE):
            self.table.append(Number())

    def set_binary(self, count: U32) -> None:
        """Work modulo 2**(256 count)."""
        self.binary = True
        self._reserve(count)

    def set_odd(self, modulus: Number, count: U32) -> None:
        """Work modulo an odd number above 1 of `count` significant limbs."""
        self.binary = False
        self._reserve(count)
        self.modulus.copy_from(modulus, count)
        self.inverse = inverse_of_limb(modulus.limbs[0])
        self.reciprocal = self.inverse.wrapping_neg()
        # Double 2**(bits - 1) up to 2**count in Montgomery form; eight squarings
        # make that 2**(256 count).
        bits = bit_length(modulus, count)
        square = self.square_of_radix
        square.clear(count)
        top = bits.wrapping_sub(1)
        square.limbs[top >> 8] = U256(1) << (top & 255)
        for _ in urange((count << 8).wrapping_add(count).wrapping_sub(top)):
            carry = add(square, square, square, count)
            self._reduce_once(square, square, carry)
        for _ in urange(U32(8)):
            self.multiply(square, square, square)

    def power(self, base: ByteView, exponent: ByteView) -> None:
        """Set `result` to base ** exponent, as a plain number."""
        self._load_base(base)
        start = U32(0)
        while start < exponent.length() and exponent[start] == 0:
            start = start.wrapping_add(1)
        length = exponent.length().wrapping_sub(start)
        digits = exponent.window(start, length)
        if length <= SHORT_EXPONENT_BYTES:
            self._raise(digits, U32(1))
        else:
            for i in urange(U32(2), TABLE_SIZE):
                below = self.table[i.wrapping_sub(1)]
                self.multiply(self.table[i], below, self.table[1])
            self._raise(digits, U32(4))
        if not self.binary:
            self.chunk.clear(self.count)
            self.chunk.limbs[0] = U256(1)
            self.multiply(self.result, self.result, self.chunk)

    def multiply(self, out: Number, x: Number, y: Number) -> None:
        """Set `out` to the product; it may be an operand."""
        if self.binary:
            multiply_low(self.product, x, y, self.count)
            out.copy_from(self.product, self.count)
        elif self.count == 1:
            self._multiply_limbs(out, x.limbs[0], y.limbs[0])
        else:
            carry = self._montgomery_product(x, y)
            self._reduce_once(out, self.product, carry)

    def _multiply_limbs(self, out: Number, x: U256, y: U256) -> None:
        """As `multiply`, for numbers of one limb."""
        modulus = self.modulus.limbs[0]
        # With the other sign of the reciprocal the low limbs would cancel by a carry.
        quotient = x.wrapping_mul(y).wrapping_mul(self.inverse)
        result, borrow = x.mul_high(y).overflowing_sub(quotient.mul_high(modulus))
        if borrow:
            result = result.wrapping_add(modulus)
        out.limbs[0] = result

    def _reserve(self, count: U32) -> None:
        self.count = count
        self.modulus.reserve(count)
        self.square_of_radix.reserve(count)
        self.result.reserve(count)
        self.product.reserve(count)
        self.chunk.reserve(count)
        for i in urange(TABLE_SIZE):
            self.table[i].reserve(count)

    def _load_base(self, base: ByteView) -> None:
        """Set the table's first entries to one and the base."""
        count = self.count
        one = self.table[0]
        entry = self.table[1]
        chunk = self.chunk
        one.clear(count)
        one.limbs[0] = U256(1)
        if self.binary:
            self.reader.read(entry, base, U32(0), count)
            return
        square = self.square_of_radix
        self.multiply(one, one, square)
        # Horner's rule in chunks of the radix, which multiplication also reduces.
        entry.clear(count)
        first = limbs_of(base.length())
        first = first.wrapping_sub(first % count)
        while True:
            self.multiply(entry, entry, square)
            self.reader.read(chunk, base, first, count)
            self.multiply(chunk, chunk, square)
            carry = add(entry, entry, chunk, count)
            self._reduce_once(entry, entry, carry)
            if first == 0:
                break
            first = first.wrapping_sub(count)

    def _raise(self, digits: ByteView, width: U32) -> None:
        """Raise the base in the table to a power, digits of `width` bits at once."""
        result = self.result
        result.copy_from(self.table[0], self.count)
        mask = (U32(1) << width).wrapping_sub(1)
        started = False
        for i in urange(digits.length()):
            byte = U32(digits[i])
            shift = U32(8)
            while shift != 0:
                shift = shift.wrapping_sub(width)
                if started:
                    for _ in urange(width):
                        self.multiply(result, result, result)
                digit = byte >> shift & mask
                if digit == 0:
                    continue
                if started:
                    self.multiply(result, result, self.table[digit])
                else:
                    result.copy_from(self.table[digit], self.count)
                    started = True

    def _montgomery_product(self, x: Number, y: Number) -> bool:
        """Set `product` to x y / 2**(256 count), below twice the modulus; its carry."""
        count = self.count
        reciprocal = self.reciprocal
        one = U256(1)
        left = x.limbs
        right = y.limbs
        modulus = self.modulus.limbs
        result = self.product.limbs
        self.product.clear(count)
        carry = False
        for i in urange(count):
            factor = right[i]
            # Two carries run along: of factor * x, and of quotient * modulus.
            low = left[0].wrapping_mul(factor)
            high = left[0].mul_high(factor)
            low, over = low.overflowing_add(result[0])
            if over:
                high = high.wrapping_add(one)
            quotient = low.wrapping_mul(reciprocal)
            reduced = quotient.mul_high(modulus[0])
            if low != 0:
                # The low limb becomes 0 with a carry, unless it was.
                reduced = reduced.wrapping_add(one)
            for j in urange(U32(1), count):
                limb = left[j]
                low, over = limb.wrapping_mul(factor).overflowing_add(high)
                high = limb.mul_high(factor)
                if over:
                    high = high.wrapping_add(one)
                low, over = low.overflowing_add(result[j])
                if over:
                    high = high.wrapping_add(one)
                low, over = low.overflowing_add(reduced)
                reduced = quotient.mul_high(modulus[j])
                if over:
                    reduced = reduced.wrapping_add(one)
                low, over = low.overflowing_add(quotient.wrapping_mul(modulus[j]))
                if over:
                    reduced = reduced.wrapping_add(one)
                result[j.wrapping_sub(1)] = low
            high, over = high.overflowing_add(reduced)
            high, again = high.overflowing_add(one if carry else U256(0))
            result[count.wrapping_sub(1)] = high
            carry = over or again
        return carry

    def _reduce_once(self, out: Number, x: Number, carry: bool) -> None:
        """Set `out` to x less the modulus, if x (with its carry) is not below it."""
        if not carry and self._below_modulus(x):
            if out is not x:
                out.copy_from(x, self.count)
        else:
            subtract(out, x, self.modulus, self.count)

    def _below_modulus(self, x: Number) -> bool:
        i = self.count
        while i != 0:
            i = i.wrapping_sub(1)
            limb = x.limbs[i]
            bound = self.modulus.limbs[i]
            if limb != bound:
                return limb < bound
        return False


def inverse_of_limb(x: U256) -> U256:
    """1 / x modulo 2**256 for odd x; Newton's iteration doubles the right bits."""
    inverse = x
    for _ in urange(U32(7)):
        error = U256(2).wrapping_sub(x.wrapping_mul(inverse))
        inverse = inverse.wrapping_mul(error)
    return inverse
