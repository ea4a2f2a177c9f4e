"""The field Fp2 = Fp[i] / (i**2 + 1) below the pairing on BLS12-381.

Elements are records changed in place; `out` may be one of the operands.
"""

from zkos.guest.crypto.bls381_fp import Fp, FpField, fp_zero
from zkos.lang.control import inline, record


@record
class Fp2:
    """The number c0 + c1 i."""

    c0: Fp
    c1: Fp

    @inline
    def copy_from(self, x: "Fp2") -> None:
        self.c0.copy_from(x.c0)
        self.c1.copy_from(x.c1)

    def set_zero(self) -> None:
        self.c0.set_zero()
        self.c1.set_zero()

    def is_zero(self) -> bool:
        return self.c0.is_zero() and self.c1.is_zero()

    def equals(self, x: "Fp2") -> bool:
        return self.c0.equals(x.c0) and self.c1.equals(x.c1)


def fp2_zero() -> Fp2:
    """A new element, for those who keep it."""
    return Fp2(fp_zero(), fp_zero())


class Fp2Field:
    """Arithmetic on `Fp2`, and the base field it rests on."""

    base: FpField
    left: Fp
    right: Fp

    def __init__(self) -> None:
        self.base = FpField()
        self.left = fp_zero()
        self.right = fp_zero()

    def set_one(self, out: Fp2) -> None:
        out.c0.copy_from(self.base.one)
        out.c1.set_zero()

    def mul(self, out: Fp2, x: Fp2, y: Fp2) -> None:
        """The product in four products of limbs and two reductions.

        Karatsuba's three would need more additions than they spare products.
        """
        field = self.base
        negative = self.left
        real = self.right
        field.negate_unreduced(negative, x.c1)
        field.mul_add(real, x.c0, y.c0, negative, y.c1)
        field.mul_add(out.c1, x.c0, y.c1, x.c1, y.c0)
        out.c0.copy_from(real)

    def square(self, out: Fp2, x: Fp2) -> None:
        field = self.base
        total = self.left
        difference = self.right
        field.add_unreduced(total, x.c0, x.c1)
        field.sub(difference, x.c0, x.c1)
        field.mul(difference, total, difference)
        field.add_unreduced(total, x.c0, x.c0)
        field.mul(out.c1, total, x.c1)
        out.c0.copy_from(difference)

    def scale(self, out: Fp2, x: Fp2, factor: Fp) -> None:
        """Multiply by an element of the base field, which is no part of `out`."""
        self.base.mul(out.c0, x.c0, factor)
        self.base.mul(out.c1, x.c1, factor)

    def add(self, out: Fp2, x: Fp2, y: Fp2) -> None:
        self.base.add(out.c0, x.c0, y.c0)
        self.base.add(out.c1, x.c1, y.c1)

    def sub(self, out: Fp2, x: Fp2, y: Fp2) -> None:
        self.base.sub(out.c0, x.c0, y.c0)
        self.base.sub(out.c1, x.c1, y.c1)

    def double(self, out: Fp2, x: Fp2) -> None:
        self.add(out, x, x)

    def negate(self, out: Fp2, x: Fp2) -> None:
        self.base.negate(out.c0, x.c0)
        self.base.negate(out.c1, x.c1)

    def conjugate(self, out: Fp2, x: Fp2) -> None:
        out.c0.copy_from(x.c0)
        self.base.negate(out.c1, x.c1)

    def mul_xi(self, out: Fp2, x: Fp2) -> None:
        """Multiply by xi = 1 + i, whose sixth root makes Fp12."""
        left = self.left
        self.base.sub(left, x.c0, x.c1)
        self.base.add(out.c1, x.c0, x.c1)
        out.c0.copy_from(left)

    def invert(self, out: Fp2, x: Fp2) -> None:
        """1 / x for x != 0."""
        field = self.base
        norm = self.left
        field.square(norm, x.c0)
        field.square(self.right, x.c1)
        field.add(norm, norm, self.right)
        field.invert(norm, norm)
        field.mul(out.c0, x.c0, norm)
        field.mul(out.c1, x.c1, norm)
        field.negate(out.c1, out.c1)

    def halve(self, out: Fp2, x: Fp2) -> None:
        """Half of x."""
        self.base.halve(out.c0, x.c0)
        self.base.halve(out.c1, x.c1)

    def is_odd(self, x: Fp2) -> bool:
        """The sign of x (RFC 9380, 4.1): its first part that is not 0 is odd."""
        return self.base.is_odd(x.c1 if x.c0.is_zero() else x.c0)
