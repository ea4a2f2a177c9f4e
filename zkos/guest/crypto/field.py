"""Prime fields below 2**256 in Montgomery form, on whole 256-bit words.

Numbers are kept as x * 2**256 mod p, always reduced. All work is done by 256-bit
products, sums and differences, which RV32 delegates; the constants of a field are
members and not module constants because delegated operands must lie in RAM.
"""

from typing import Final

from zkos.guest.crypto.field_inverse import invert
from zkos.lang.control import inline, srange, urange
from zkos.lang.ints import U32, U256

TOP_BIT: Final = U256(1 << 255)


class Field:
    """Arithmetic modulo an odd prime; members and values are in Montgomery form."""

    modulus: U256
    reciprocal: U256
    """The inverse of the modulus modulo 2**256."""
    half: U256
    """(modulus + 1) / 2."""
    top_bit: U256
    one: U256
    square_of_radix: U256
    """2**512 mod modulus: brings numbers into Montgomery form."""
    cube_of_radix: U256
    """2**768 mod modulus."""

    def __init__(self, modulus: U256, square_of_radix: U256) -> None:
        self.modulus = modulus
        self.square_of_radix = square_of_radix
        self.top_bit = TOP_BIT
        self.half = (modulus >> 1).wrapping_add(U256(1))
        # Newton's iteration doubles the number of right bits: 3 at first.
        reciprocal = modulus
        for _ in srange(7):
            error = U256(2).wrapping_sub(modulus.wrapping_mul(reciprocal))
            reciprocal = reciprocal.wrapping_mul(error)
        self.reciprocal = reciprocal
        self.one = U256(0)
        self.cube_of_radix = U256(0)
        self.one = self.mul(square_of_radix, U256(1))
        self.cube_of_radix = self.mul(square_of_radix, square_of_radix)

    @inline
    def mul(self, x: U256, y: U256) -> U256:
        """The product; reduced whenever x * y < 2**256 * modulus."""
        # One expression, so that every step works in place on the one before.
        result, borrow = x.mul_high(y).overflowing_sub(
            x.wrapping_mul(y).wrapping_mul(self.reciprocal).mul_high(self.modulus)
        )
        if borrow:
            result = result.wrapping_add(self.modulus)
        return result

    @inline
    def sub(self, x: U256, y: U256) -> U256:
        result, borrow = x.overflowing_sub(y)
        if borrow:
            result = result.wrapping_add(self.modulus)
        return result

    @inline
    def add(self, x: U256, y: U256) -> U256:
        result, carry = x.overflowing_add(y)
        result, borrow = result.overflowing_sub(self.modulus)
        if borrow and not carry:
            result = result.wrapping_add(self.modulus)
        return result

    @inline
    def halve(self, x: U256) -> U256:
        """Half of x; the shift is a product, which is one delegation."""
        result = x.mul_high(self.top_bit)
        if x.word(0) & 1 == 1:
            result = result.wrapping_add(self.half)
        return result

    def negate(self, x: U256) -> U256:
        if x == 0:
            return x
        return self.modulus.wrapping_sub(x)

    def enter(self, x: U256) -> U256:
        """Montgomery form of any x."""
        return self.mul(x, self.square_of_radix)

    def leave(self, x: U256) -> U256:
        """The number whose Montgomery form is x."""
        return self.mul(x, U256(1))

    def invert(self, x: U256) -> U256:
        """1 / x for x != 0."""
        return self.mul(invert(x, self.modulus), self.cube_of_radix)

    def power_of_two(self, x: U256, count: U32) -> U256:
        """Square x `count` times: x ** (2 ** count)."""
        result = x
        for _ in urange(count):
            result = self.mul(result, result)
        return result
