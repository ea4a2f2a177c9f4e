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
    PRIME_TOP,
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


class FpField:
    """Arithmetic on `Fp`; owns the space for products and powers."""

    modulus: Fp
    half: Fp
    """(p - 1) / 2, a plain number."""
    factor: U256
    one: Fp
    unit: Fp
    """The plain number 1."""
    square_of_radix: Fp
    top_bit: U256
    powers: List[Fp]
    power: Fp

    def __init__(self) -> None:
        self.modulus = Fp(PRIME[0], PRIME[1])
        self.half = Fp(HALF_PRIME[0], HALF_PRIME[1])
        self.factor = PRIME_FACTOR
        self.one = Fp(ONE[0], ONE[1])
        self.unit = Fp(U256(1), U256(0))
        self.square_of_radix = Fp(SQUARE_OF_RADIX[0], SQUARE_OF_RADIX[1])
        self.top_bit = TOP_BIT
        self.powers = List(Fp)
        for _ in urange(U32(16)):
            self.powers.append(fp_zero())
        self.power = fp_zero()

    # Of the products below every step works in place on a local, and reads members
    # where they are: what is delegated overwrites its left operand.

    def mul(self, out: Fp, x: Fp, y: Fp) -> None:
        """The product, for x, y with x * y < 2**765."""
        t0 = x.low.wrapping_mul(y.low)
        t1, carry = x.low.mul_high(y.low).overflowing_add(x.low.wrapping_mul(y.high))
        t2 = x.low.mul_high(y.high)
        t2, carry = t2.add_carry(x.high.wrapping_mul(y.high), carry)
        t1, carry = t1.overflowing_add(x.high.wrapping_mul(y.low))
        t2, carry = t2.add_carry(x.high.mul_high(y.low), carry)
        self._reduce(out, t0, t1, t2)

    def square(self, out: Fp, x: Fp) -> None:
        twice = x.high.wrapping_add(x.high)
        t0 = x.low.wrapping_mul(x.low)
        t1, carry = x.low.mul_high(x.low).overflowing_add(x.low.wrapping_mul(twice))
        t2 = x.low.mul_high(twice)
        t2, carry = t2.add_carry(x.high.wrapping_mul(x.high), carry)
        self._reduce(out, t0, t1, t2)

    def mul_add(self, out: Fp, x: Fp, y: Fp, z: Fp, w: Fp) -> None:
        """The sum x y + z w in one reduction; each product as in `mul`."""
        t0 = x.low.wrapping_mul(y.low)
        t1, carry = x.low.mul_high(y.low).overflowing_add(x.low.wrapping_mul(y.high))
        t2 = x.low.mul_high(y.high)
        t2, carry = t2.add_carry(x.high.wrapping_mul(y.high), carry)
        t1, carry = t1.overflowing_add(x.high.wrapping_mul(y.low))
        t2, carry = t2.add_carry(x.high.mul_high(y.low), carry)
        t0, carry = t0.overflowing_add(z.low.wrapping_mul(w.low))
        t1, carry = t1.add_carry(z.low.mul_high(w.low), carry)
        t2, carry = t2.add_carry(z.high.wrapping_mul(w.high), carry)
        t1, carry = t1.overflowing_add(z.low.wrapping_mul(w.high))
        t2, carry = t2.add_carry(z.low.mul_high(w.high), carry)
        t1, carry = t1.overflowing_add(z.high.wrapping_mul(w.low))
        t2, carry = t2.add_carry(z.high.mul_high(w.low), carry)
        self._reduce(out, t0, t1, t2)

    @noinline
    def _reduce(self, out: Fp, t0: U256, t1: U256, t2: U256) -> None:
        """Divide t0 + t1 * 2**256 + t2 * 2**512 < 2**766 by 2**512 (Montgomery)."""
        modulus = self.modulus
        # The multiple of p clears the lowest limb, which carries unless it is 0.
        factor = t0.wrapping_mul(self.factor)
        low, carry = factor.mul_high(modulus.low).add_carry(t1, t0 != 0)
        middle, carry = factor.mul_high(modulus.high).add_carry(t2, carry)
        factor = factor.wrapping_mul(modulus.high)
        low, carry = low.overflowing_add(factor)
        if carry:
            middle = middle.wrapping_add(U256(1))
        carry = low != 0
        low = low.wrapping_mul(self.factor)
        middle, carry = middle.add_carry(low.mul_high(modulus.low), carry)
        high = low.mul_high(modulus.high)
        if carry:
            high = high.wrapping_add(U256(1))
        low = low.wrapping_mul(modulus.high)
        middle, carry = middle.overflowing_add(low)
        if carry:
            high = high.wrapping_add(U256(1))
        out.low = middle
        out.high = high
        # The quotient is below p + 2**254: hardly ever is there something to do.
        if high.word(3) >= PRIME_TOP:
            self._normalize(out)

    def add(self, out: Fp, x: Fp, y: Fp) -> None:
        low, carry = x.low.overflowing_add(y.low)
        high, carry = x.high.add_carry(y.high, carry)
        top = high.word(3)
        if top > PRIME_TOP:
            low, carry = low.overflowing_sub(self.modulus.low)
            high, carry = high.sub_borrow(self.modulus.high, carry)
        out.low = low
        out.high = high
        if top == PRIME_TOP:
            self._normalize(out)

    def add_unreduced(self, out: Fp, x: Fp, y: Fp) -> None:
        """The sum as a plain number, for use as a factor only."""
        low, carry = x.low.overflowing_add(y.low)
        high, carry = x.high.add_carry(y.high, carry)
        out.low = low
        out.high = high

    def sub(self, out: Fp, x: Fp, y: Fp) -> None:
        low, borrow = x.low.overflowing_sub(y.low)
        high, borrow = x.high.sub_borrow(y.high, borrow)
        if borrow:
            low, borrow = low.overflowing_add(self.modulus.low)
            high, borrow = high.add_carry(self.modulus.high, borrow)
        out.low = low
        out.high = high

    def negate_unreduced(self, out: Fp, x: Fp) -> None:
        """The opposite, p for 0; for use as a factor only."""
        low, borrow = self.modulus.low.overflowing_sub(x.low)
        high, borrow = self.modulus.high.sub_borrow(x.high, borrow)
        out.low = low
        out.high = high

    def negate(self, out: Fp, x: Fp) -> None:
        if x.is_zero():
            out.set_zero()
            return
        self.negate_unreduced(out, x)

    def double(self, out: Fp, x: Fp) -> None:
        self.add(out, x, x)

    def halve(self, out: Fp, x: Fp) -> None:
        """Half of x; shifts are products, which are delegations."""
        low = x.low
        high = x.high
        if low.word(0) & 1 == 1:
            low, carry = low.overflowing_add(self.modulus.low)
            high, carry = high.add_carry(self.modulus.high, carry)
        low = low.mul_high(self.top_bit)
        out.low = low.wrapping_add(high.wrapping_mul(self.top_bit))
        out.high = high.mul_high(self.top_bit)

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
    def _normalize(self, out: Fp) -> None:
        """Subtract p, unless less than it."""
        low, borrow = out.low.overflowing_sub(self.modulus.low)
        high, borrow = out.high.sub_borrow(self.modulus.high, borrow)
        if not borrow:
            out.low = low
            out.high = high

    def inverse_root(self, out: Fp, x: Fp) -> bool:
        """Set `out`, another element, to 1 / root of x != 0, or else of -x.

        Whether it is of x.
        """
        power = self.power
        self._raise(x)
        out.copy_from(power)
        self.square(power, power)
        self.mul(power, power, x)
        return power.equals(self.one)

    def is_odd(self, x: Fp) -> bool:
        """Whether the plain number is odd."""
        plain = self.power
        self.leave(plain, x)
        return plain.low.word(0) & 1 == 1
