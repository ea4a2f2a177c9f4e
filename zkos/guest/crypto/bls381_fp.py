"""The prime field of BLS12-381 in Montgomery form, on two 256-bit limbs.

Elements are records changed in place; `out` may be one of the operands. They are
kept as x * 2**512 mod p, always reduced. The radix exceeds the 381 bits of the prime
by far: any product below 2**766 comes out of one reduction below p + 2**254, and the
sum of two elements may be multiplied as it is.
"""

from zkos.guest.crypto.bls381_constants import (
    HALF_PRIME,
    ONE,
    PRIME,
    PRIME_FACTOR,
    PRIME_SHIFTED,
    ROOT_DIGITS,
    ROOT_LENGTH,
    SQUARE_OF_RADIX,
)
from zkos.guest.crypto.field import TOP_BIT
from zkos.lang.control import inline, noinline, record, urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import List


@record
class Fp:
    """The number low + high * 2**256; members are in Montgomery form."""

    low: U256
    high: U256

    @inline
    def copy_from(self, x: "Fp") -> None:
        self.low = x.low
        self.high = x.high

    def set_zero(self) -> None:
        self.low = U256(0)
        self.high = U256(0)

    def is_zero(self) -> bool:
        return self.low == 0 and self.high == 0

    def equals(self, x: "Fp") -> bool:
        return self.low == x.low and self.high == x.high

    def exceeds(self, x: "Fp") -> bool:
        """Whether it is the larger one, as a plain number."""
        return self.high > x.high or (self.high == x.high and self.low > x.low)


def fp_zero() -> Fp:
    """A new element, for those who keep it."""
    return Fp(U256(0), U256(0))


@record
class FpProduct:
    """A product before its reduction: three limbs, the least significant first."""

    t0: U256
    t1: U256
    t2: U256

    def subtract(self, x: "FpProduct") -> bool:
        """Take away x modulo 2**768; whether the result would be negative."""
        self.t0, borrow = self.t0.overflowing_sub(x.t0)
        self.t1, borrow = self.t1.sub_borrow(x.t1, borrow)
        self.t2, borrow = self.t2.sub_borrow(x.t2, borrow)
        return borrow


def fp_product() -> FpProduct:
    """Space for a product."""
    return FpProduct(U256(0), U256(0), U256(0))


class FpField:
    """Arithmetic on `Fp`; owns the space for products and powers."""

    modulus: Fp
    half: Fp
    """(p - 1) / 2, a plain number."""
    shifted: Fp
    """The upper limbs of p * 2**384."""
    factor: U256
    one: Fp
    unit: Fp
    """The plain number 1."""
    square_of_radix: Fp
    top_bit: U256
    product: FpProduct
    powers: List[Fp]
    power: Fp

    def __init__(self) -> None:
        self.modulus = Fp(PRIME[0], PRIME[1])
        self.half = Fp(HALF_PRIME[0], HALF_PRIME[1])
        self.shifted = Fp(PRIME_SHIFTED[0], PRIME_SHIFTED[1])
        self.factor = PRIME_FACTOR
        self.one = Fp(ONE[0], ONE[1])
        self.unit = Fp(U256(1), U256(0))
        self.square_of_radix = Fp(SQUARE_OF_RADIX[0], SQUARE_OF_RADIX[1])
        self.top_bit = TOP_BIT
        self.product = fp_product()
        self.powers = List(Fp)
        for _ in urange(U32(16)):
            self.powers.append(fp_zero())
        self.power = fp_zero()

    def mul(self, out: Fp, x: Fp, y: Fp) -> None:
        self.multiply(self.product, x, y)
        self.reduce(out, self.product)

    def square(self, out: Fp, x: Fp) -> None:
        product = self.product
        low = x.low
        high = x.high
        twice = high.wrapping_add(high)
        t1, carry = low.mul_high(low).overflowing_add(low.wrapping_mul(twice))
        t2, carry = low.mul_high(twice).add_carry(high.wrapping_mul(high), carry)
        product.t0 = low.wrapping_mul(low)
        product.t1 = t1
        product.t2 = t2
        self.reduce(out, product)

    @inline
    def multiply(self, out: FpProduct, x: Fp, y: Fp) -> None:
        """The product, unreduced; for x, y below 2**384."""
        x0 = x.low
        x1 = x.high
        y0 = y.low
        y1 = y.high
        t1, carry = x0.mul_high(y0).overflowing_add(x0.wrapping_mul(y1))
        t2, carry = x0.mul_high(y1).add_carry(x1.wrapping_mul(y1), carry)
        t1, carry = t1.overflowing_add(x1.wrapping_mul(y0))
        t2, carry = t2.add_carry(x1.mul_high(y0), carry)
        out.t0 = x0.wrapping_mul(y0)
        out.t1 = t1
        out.t2 = t2

    @noinline
    def reduce(self, out: Fp, x: FpProduct) -> None:
        """Divide x, below 2**766, by 2**512 (Montgomery's method, limb by limb)."""
        p0 = self.modulus.low
        p1 = self.modulus.high
        # The multiple of p clears the lowest limb, which carries unless it is 0.
        factor = x.t0.wrapping_mul(self.factor)
        low, carry = factor.mul_high(p0).add_carry(x.t1, x.t0 != 0)
        high, carry = factor.mul_high(p1).add_carry(x.t2, carry)
        low, carry = low.overflowing_add(factor.wrapping_mul(p1))
        if carry:
            high = high.wrapping_add(U256(1))
        factor = low.wrapping_mul(self.factor)
        low, carry = factor.mul_high(p0).add_carry(high, low != 0)
        high = factor.mul_high(p1)
        if carry:
            high = high.wrapping_add(U256(1))
        low, carry = low.overflowing_add(factor.wrapping_mul(p1))
        if carry:
            high = high.wrapping_add(U256(1))
        out.low = low
        out.high = high
        if high >= p1:
            self._normalize(out)

    @inline
    def add(self, out: Fp, x: Fp, y: Fp) -> None:
        self.add_unreduced(out, x, y)
        if out.high >= self.modulus.high:
            self._normalize(out)

    @inline
    def add_unreduced(self, out: Fp, x: Fp, y: Fp) -> None:
        """The sum as a plain number, for use as a factor only."""
        out.low, carry = x.low.overflowing_add(y.low)
        out.high, carry = x.high.add_carry(y.high, carry)

    @inline
    def sub(self, out: Fp, x: Fp, y: Fp) -> None:
        out.low, borrow = x.low.overflowing_sub(y.low)
        out.high, borrow = x.high.sub_borrow(y.high, borrow)
        if borrow:
            self._add_modulus(out)

    def negate(self, out: Fp, x: Fp) -> None:
        if x.is_zero():
            out.set_zero()
            return
        out.low, borrow = self.modulus.low.overflowing_sub(x.low)
        out.high, borrow = self.modulus.high.sub_borrow(x.high, borrow)

    def double(self, out: Fp, x: Fp) -> None:
        self.add(out, x, x)

    def halve(self, out: Fp, x: Fp) -> None:
        """Half of x; shifts are products, which are delegations."""
        odd = x.low.word(0) & 1 == 1
        out.copy_from(x)
        if odd:
            self._add_modulus(out)
        out.low = out.low.mul_high(self.top_bit).wrapping_add(
            out.high.wrapping_mul(self.top_bit)
        )
        out.high = out.high.mul_high(self.top_bit)

    def enter(self, out: Fp, x: Fp) -> None:
        """Montgomery form of a plain number below 2**384."""
        self.mul(out, x, self.square_of_radix)

    def leave(self, out: Fp, x: Fp) -> None:
        """The plain number whose Montgomery form is x."""
        self.mul(out, x, self.unit)

    def invert(self, out: Fp, x: Fp) -> None:
        """1 / x = x ** (p - 2) for x != 0; 0 for 0."""
        power = self.power
        self._raise(x)
        self.square(power, power)
        self.square(power, power)
        self.mul(out, power, x)

    def square_root(self, out: Fp, x: Fp) -> bool:
        """Set `out`, another element, to one of the roots; False if there is none."""
        power = self.power
        self._raise(x)
        self.mul(out, power, x)
        self.square(power, out)
        return power.equals(x)

    def _raise(self, x: Fp) -> None:
        """Set `power` to x ** ((p - 3) / 4)."""
        power = self.power
        powers = self.powers
        powers[0].copy_from(self.one)
        for k in urange(U32(1), U32(16)):
            self.mul(powers[k], powers[k.wrapping_sub(1)], x)
        power.copy_from(powers[U32(ROOT_DIGITS[0])])
        for step in urange(U32(1), ROOT_LENGTH):
            for _ in urange(U32(4)):
                self.square(power, power)
            digit = U32(ROOT_DIGITS[step])
            if digit != 0:
                self.mul(power, power, powers[digit])

    @noinline
    def _add_modulus(self, out: Fp) -> None:
        """Add p modulo 2**512."""
        out.low, carry = out.low.overflowing_add(self.modulus.low)
        out.high, carry = out.high.add_carry(self.modulus.high, carry)

    @noinline
    def _normalize(self, out: Fp) -> None:
        """Subtract p, unless less than it."""
        low, borrow = out.low.overflowing_sub(self.modulus.low)
        high, borrow = out.high.sub_borrow(self.modulus.high, borrow)
        if not borrow:
            out.low = low
            out.high = high
