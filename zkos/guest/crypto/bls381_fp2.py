"""The field Fp2 = Fp[i] / (i**2 + 1) below the pairing on BLS12-381.

Elements are records changed in place; `out` may be one of the operands.
"""

from zkos.guest.crypto.bls381_fp import Fp, FpField, FpProduct, fp_product, fp_zero
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


def fp2_zero() -> Fp2:
    """A new element, for those who keep it."""
    return Fp2(fp_zero(), fp_zero())


class Fp2Field:
    """Arithmetic on `Fp2`, and the base field it rests on."""

    base: FpField
    real: FpProduct
    imaginary: FpProduct
    cross: FpProduct
    left: Fp
    right: Fp

    def __init__(self) -> None:
        self.base = FpField()
        self.real = fp_product()
        self.imaginary = fp_product()
        self.cross = fp_product()
        self.left = fp_zero()
        self.right = fp_zero()

    def set_one(self, out: Fp2) -> None:
        out.c0.copy_from(self.base.one)
        out.c1.set_zero()

    def mul(self, out: Fp2, x: Fp2, y: Fp2) -> None:
        """The product in three products of limbs and two reductions."""
        field = self.base
        real = self.real
        imaginary = self.imaginary
        cross = self.cross
        field.add_unreduced(self.left, x.c0, x.c1)
        field.add_unreduced(self.right, y.c0, y.c1)
        field.multiply(cross, self.left, self.right)
        field.multiply(real, x.c0, y.c0)
        field.multiply(imaginary, x.c1, y.c1)
        cross.subtract(real)
        cross.subtract(imaginary)
        if real.subtract(imaginary):
            real.t1, carry = real.t1.overflowing_add(field.shifted.low)
            real.t2, carry = real.t2.add_carry(field.shifted.high, carry)
        field.reduce(out.c0, real)
        field.reduce(out.c1, cross)

    def square(self, out: Fp2, x: Fp2) -> None:
        field = self.base
        field.add_unreduced(self.left, x.c0, x.c1)
        field.sub(self.right, x.c0, x.c1)
        field.multiply(self.real, self.left, self.right)
        field.add_unreduced(self.left, x.c0, x.c0)
        field.multiply(self.cross, self.left, x.c1)
        field.reduce(out.c0, self.real)
        field.reduce(out.c1, self.cross)

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
