"""The field Fp2 = Fp[i] / (i**2 + 1) below the pairing on bn254.

Elements are records changed in place; `out` may be one of the operands. The prime
has 254 bits, so that sums of two elements can be multiplied unreduced.
"""

from zkos.guest.crypto.bn254_constants import (
    PRIME,
    PRIME_SQUARE_OF_RADIX,
    PRIME_TOP,
)
from zkos.guest.crypto.field import Field
from zkos.lang.control import inline, record, urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array


@record
class Fp2:
    """The number c0 + c1 i; both in Montgomery form."""

    c0: U256
    c1: U256

    @inline
    def copy_from(self, x: "Fp2") -> None:
        self.c0 = x.c0
        self.c1 = x.c1

    def set_zero(self) -> None:
        self.c0 = U256(0)
        self.c1 = U256(0)

    def is_zero(self) -> bool:
        return self.c0 == 0 and self.c1 == 0

    def equals(self, x: "Fp2") -> bool:
        return self.c0 == x.c0 and self.c1 == x.c1


def fp2_zero() -> Fp2:
    """A new element, for those who keep it."""
    return Fp2(U256(0), U256(0))


class Fp2Field:
    """Arithmetic on `Fp2`, and the base field it rests on."""

    base: Field
    nine: U256
    multiples: Array[U256]
    """k * p modulo 2**256, for k up to 10."""
    twice: Fp2

    def __init__(self) -> None:
        self.base = Field(PRIME, PRIME_SQUARE_OF_RADIX)
        self.nine = U256(9)
        self.twice = fp2_zero()
        self.multiples = Array(U256, 11)
        for k in urange(U32(1), U32(11)):
            below = self.multiples[k.wrapping_sub(1)]
            self.multiples[k] = below.wrapping_add(PRIME)

    def set_one(self, out: Fp2) -> None:
        out.c0 = self.base.one
        out.c1 = U256(0)

    def mul(self, out: Fp2, x: Fp2, y: Fp2) -> None:
        field = self.base
        x0 = x.c0
        x1 = x.c1
        y0 = y.c0
        y1 = y.c1
        real = field.mul(x0, y0)
        imaginary = field.mul(x1, y1)
        cross = field.mul(x0.wrapping_add(x1), y0.wrapping_add(y1))
        cross, borrow = cross.overflowing_sub(real)
        if borrow:
            cross = cross.wrapping_add(field.modulus)
        out.c0 = field.sub(real, imaginary)
        out.c1 = field.sub(cross, imaginary)

    def square(self, out: Fp2, x: Fp2) -> None:
        field = self.base
        total = x.c0.wrapping_add(x.c1)
        cross = field.mul(x.c0.wrapping_add(x.c0), x.c1)
        out.c0 = field.mul(total, field.sub(x.c0, x.c1))
        out.c1 = cross

    def scale(self, out: Fp2, x: Fp2, factor: U256) -> None:
        """Multiply by an element of the base field."""
        field = self.base
        out.c0 = field.mul(x.c0, factor)
        out.c1 = field.mul(x.c1, factor)

    def add(self, out: Fp2, x: Fp2, y: Fp2) -> None:
        # Written out, as the next: calls would copy every operand.
        field = self.base
        c0, borrow = x.c0.wrapping_add(y.c0).overflowing_sub(field.modulus)
        if borrow:
            c0 = c0.wrapping_add(field.modulus)
        c1, borrow = x.c1.wrapping_add(y.c1).overflowing_sub(field.modulus)
        if borrow:
            c1 = c1.wrapping_add(field.modulus)
        out.c0 = c0
        out.c1 = c1

    def sub(self, out: Fp2, x: Fp2, y: Fp2) -> None:
        field = self.base
        c0, borrow = x.c0.overflowing_sub(y.c0)
        if borrow:
            c0 = c0.wrapping_add(field.modulus)
        c1, borrow = x.c1.overflowing_sub(y.c1)
        if borrow:
            c1 = c1.wrapping_add(field.modulus)
        out.c0 = c0
        out.c1 = c1

    def double(self, out: Fp2, x: Fp2) -> None:
        self.add(out, x, x)

    def triple(self, out: Fp2, x: Fp2) -> None:
        self.add(self.twice, x, x)
        self.add(out, self.twice, x)

    def halve(self, out: Fp2, x: Fp2) -> None:
        out.c0 = self.base.halve(x.c0)
        out.c1 = self.base.halve(x.c1)

    def negate(self, out: Fp2, x: Fp2) -> None:
        out.c0 = self.base.negate(x.c0)
        out.c1 = self.base.negate(x.c1)

    def conjugate(self, out: Fp2, x: Fp2) -> None:
        out.c0 = x.c0
        out.c1 = self.base.negate(x.c1)

    def mul_xi(self, out: Fp2, x: Fp2) -> None:
        """Multiply by xi = 9 + i, whose sixth root makes Fp12."""
        c0 = self._nine_times(x.c0, self.base.modulus.wrapping_sub(x.c1))
        out.c1 = self._nine_times(x.c1, x.c0)
        out.c0 = c0

    def invert(self, out: Fp2, x: Fp2) -> None:
        """1 / x for x != 0."""
        field = self.base
        norm = field.add(field.mul(x.c0, x.c0), field.mul(x.c1, x.c1))
        inverse = field.invert(norm)
        out.c0 = field.mul(x.c0, inverse)
        out.c1 = field.negate(field.mul(x.c1, inverse))

    @inline
    def _nine_times(self, x: U256, y: U256) -> U256:
        """9 x + y, for x, y up to p.

        The quotient by p is read off the top bits, at most one too small; the
        rest, less p, is small enough to carry its sign in the top bit.
        """
        top = (x.word(7) >> 4).wrapping_mul(9).wrapping_add(y.word(7) >> 4)
        quotient = top // PRIME_TOP
        result = x.wrapping_mul(self.nine).wrapping_add(y)
        result = result.wrapping_sub(self.multiples[quotient.wrapping_add(1)])
        if result.word(7) >> 31 == 1:
            result = result.wrapping_add(self.base.modulus)
        return result
