"""The field Fp6 = Fp2[v] / (v**3 - xi) in the middle of the pairing's tower.

Elements are records changed in place; `out` may be one of the operands.
"""

from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.lang.control import record


@record
class Fp6:
    """The number c0 + c1 v + c2 v**2."""

    c0: Fp2
    c1: Fp2
    c2: Fp2

    def copy_from(self, x: "Fp6") -> None:
        self.c0.copy_from(x.c0)
        self.c1.copy_from(x.c1)
        self.c2.copy_from(x.c2)

    def set_zero(self) -> None:
        self.c0.set_zero()
        self.c1.set_zero()
        self.c2.set_zero()

    def is_zero(self) -> bool:
        return self.c0.is_zero() and self.c1.is_zero() and self.c2.is_zero()


def fp6_zero() -> Fp6:
    """A new element, for those who keep it."""
    return Fp6(fp2_zero(), fp2_zero(), fp2_zero())


class Fp6Field:
    """Arithmetic on `Fp6`; owns the space for intermediate results."""

    base: Fp2Field
    v0: Fp2
    v1: Fp2
    v2: Fp2
    t0: Fp2
    t1: Fp2
    t2: Fp2
    sum: Fp2

    def __init__(self, base: Fp2Field) -> None:
        self.base = base
        self.v0 = fp2_zero()
        self.v1 = fp2_zero()
        self.v2 = fp2_zero()
        self.t0 = fp2_zero()
        self.t1 = fp2_zero()
        self.t2 = fp2_zero()
        self.sum = fp2_zero()

    def set_one(self, out: Fp6) -> None:
        self.base.set_one(out.c0)
        out.c1.set_zero()
        out.c2.set_zero()

    def add(self, out: Fp6, x: Fp6, y: Fp6) -> None:
        field = self.base
        field.add(out.c0, x.c0, y.c0)
        field.add(out.c1, x.c1, y.c1)
        field.add(out.c2, x.c2, y.c2)

    def sub(self, out: Fp6, x: Fp6, y: Fp6) -> None:
        field = self.base
        field.sub(out.c0, x.c0, y.c0)
        field.sub(out.c1, x.c1, y.c1)
        field.sub(out.c2, x.c2, y.c2)

    def negate(self, out: Fp6, x: Fp6) -> None:
        field = self.base
        field.negate(out.c0, x.c0)
        field.negate(out.c1, x.c1)
        field.negate(out.c2, x.c2)

    def mul_v(self, out: Fp6, x: Fp6) -> None:
        """Multiply by v: the coefficients move up, the last becomes xi times."""
        self.base.mul_xi(self.t0, x.c2)
        out.c2.copy_from(x.c1)
        out.c1.copy_from(x.c0)
        out.c0.copy_from(self.t0)

    def mul(self, out: Fp6, x: Fp6, y: Fp6) -> None:
        """The product, by Karatsuba's method in six products."""
        field = self.base
        v0 = self.v0
        v1 = self.v1
        v2 = self.v2
        field.mul(v0, x.c0, y.c0)
        field.mul(v1, x.c1, y.c1)
        field.mul(v2, x.c2, y.c2)
        self._cross(self.t0, x.c1, x.c2, y.c1, y.c2, v1, v2)
        self._cross(self.t1, x.c0, x.c1, y.c0, y.c1, v0, v1)
        self._cross(self.t2, x.c0, x.c2, y.c0, y.c2, v0, v2)
        field.mul_xi(self.t0, self.t0)
        field.add(out.c0, v0, self.t0)
        field.mul_xi(v2, v2)
        field.add(out.c1, self.t1, v2)
        field.add(out.c2, self.t2, v1)

    def mul_sparse(self, out: Fp6, x: Fp6, y0: Fp2, y1: Fp2) -> None:
        """The product with y0 + y1 v, in five products."""
        field = self.base
        v0 = self.v0
        v1 = self.v1
        field.mul(v0, x.c0, y0)
        field.mul(v1, x.c1, y1)
        self._cross(self.t1, x.c0, x.c1, y0, y1, v0, v1)
        field.mul(self.t0, x.c2, y1)
        field.mul_xi(self.t0, self.t0)
        field.mul(self.t2, x.c2, y0)
        field.add(out.c0, v0, self.t0)
        out.c1.copy_from(self.t1)
        field.add(out.c2, self.t2, v1)

    def invert(self, out: Fp6, x: Fp6) -> None:
        """1 / x for x != 0: the adjoint over the norm to Fp2."""
        field = self.base
        t = self.t0
        norm = self.t1
        field.square(self.v0, x.c0)
        field.mul(t, x.c1, x.c2)
        field.mul_xi(t, t)
        field.sub(self.v0, self.v0, t)
        field.square(self.v1, x.c2)
        field.mul_xi(self.v1, self.v1)
        field.mul(t, x.c0, x.c1)
        field.sub(self.v1, self.v1, t)
        field.square(self.v2, x.c1)
        field.mul(t, x.c0, x.c2)
        field.sub(self.v2, self.v2, t)
        field.mul(norm, x.c2, self.v1)
        field.mul(t, x.c1, self.v2)
        field.add(norm, norm, t)
        field.mul_xi(norm, norm)
        field.mul(t, x.c0, self.v0)
        field.add(norm, norm, t)
        field.invert(norm, norm)
        field.mul(out.c0, self.v0, norm)
        field.mul(out.c1, self.v1, norm)
        field.mul(out.c2, self.v2, norm)

    def _cross(
        self, out: Fp2, x0: Fp2, x1: Fp2, y0: Fp2, y1: Fp2, v0: Fp2, v1: Fp2
    ) -> None:
        """x0 y1 + x1 y0, given v0 = x0 y0 and v1 = x1 y1; `out` is none of them."""
        field = self.base
        right = self.sum
        field.add(out, x0, x1)
        field.add(right, y0, y1)
        field.mul(out, out, right)
        field.sub(out, out, v0)
        field.sub(out, out, v1)
