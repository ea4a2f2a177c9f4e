"""The field Fp12 = Fp6[w] / (w**2 - v), where pairings on BLS12-381 take values.

Elements are records changed in place; `out` may be one of the operands.
"""

from zkos.guest.crypto.bls381_constants import (
    FROBENIUS_1,
    FROBENIUS_2,
    FROBENIUS_3,
    FROBENIUS_4,
    FROBENIUS_5,
)
from zkos.guest.crypto.bls381_fp import Fp
from zkos.guest.crypto.bls381_fp2 import Fp2, fp2_zero
from zkos.guest.crypto.bls381_fp6 import Fp6, Fp6Field, fp6_zero
from zkos.lang.control import record


@record
class Fp12:
    """The number c0 + c1 w."""

    c0: Fp6
    c1: Fp6

    def copy_from(self, x: "Fp12") -> None:
        self.c0.copy_from(x.c0)
        self.c1.copy_from(x.c1)


def fp12_zero() -> Fp12:
    """A new element, for those who keep it."""
    return Fp12(fp6_zero(), fp6_zero())


class Fp12Field:
    """Arithmetic on `Fp12`; owns the space for intermediate results."""

    base: Fp6Field
    v0: Fp6
    v1: Fp6
    t0: Fp6
    t1: Fp6
    s0: Fp2
    s1: Fp2
    s2: Fp2
    n0: Fp2
    n1: Fp2
    gamma1: Fp2
    """What the Frobenius map multiplies the coefficient of w by; and so on."""
    gamma2: Fp2
    gamma3: Fp2
    gamma4: Fp2
    gamma5: Fp2

    def __init__(self, base: Fp6Field) -> None:
        self.base = base
        self.v0 = fp6_zero()
        self.v1 = fp6_zero()
        self.t0 = fp6_zero()
        self.t1 = fp6_zero()
        self.s0 = fp2_zero()
        self.s1 = fp2_zero()
        self.s2 = fp2_zero()
        self.n0 = fp2_zero()
        self.n1 = fp2_zero()
        self.gamma1 = Fp2(
            Fp(FROBENIUS_1[0], FROBENIUS_1[1]), Fp(FROBENIUS_1[2], FROBENIUS_1[3])
        )
        self.gamma2 = Fp2(
            Fp(FROBENIUS_2[0], FROBENIUS_2[1]), Fp(FROBENIUS_2[2], FROBENIUS_2[3])
        )
        self.gamma3 = Fp2(
            Fp(FROBENIUS_3[0], FROBENIUS_3[1]), Fp(FROBENIUS_3[2], FROBENIUS_3[3])
        )
        self.gamma4 = Fp2(
            Fp(FROBENIUS_4[0], FROBENIUS_4[1]), Fp(FROBENIUS_4[2], FROBENIUS_4[3])
        )
        self.gamma5 = Fp2(
            Fp(FROBENIUS_5[0], FROBENIUS_5[1]), Fp(FROBENIUS_5[2], FROBENIUS_5[3])
        )

    def set_one(self, out: Fp12) -> None:
        self.base.set_one(out.c0)
        out.c1.set_zero()

    def is_one(self, x: Fp12) -> bool:
        if not (x.c1.is_zero() and x.c0.c1.is_zero() and x.c0.c2.is_zero()):
            return False
        return x.c0.c0.c1.is_zero() and x.c0.c0.c0.equals(self.base.base.base.one)

    def mul(self, out: Fp12, x: Fp12, y: Fp12) -> None:
        field = self.base
        field.mul(self.v0, x.c0, y.c0)
        field.mul(self.v1, x.c1, y.c1)
        field.add(self.t0, x.c0, x.c1)
        field.add(self.t1, y.c0, y.c1)
        field.mul(self.t0, self.t0, self.t1)
        field.sub(self.t0, self.t0, self.v0)
        field.sub(out.c1, self.t0, self.v1)
        field.mul_v(self.v1, self.v1)
        field.add(out.c0, self.v0, self.v1)

    def square(self, out: Fp12, x: Fp12) -> None:
        field = self.base
        field.mul(self.v0, x.c0, x.c1)
        field.add(self.t0, x.c0, x.c1)
        field.mul_v(self.t1, x.c1)
        field.add(self.t1, self.t1, x.c0)
        # (x0 + x1)(x0 + v x1) is the wanted x0**2 + v x1**2, and (1 + v) x0 x1.
        field.mul(self.t0, self.t0, self.t1)
        field.sub(self.t0, self.t0, self.v0)
        field.mul_v(self.t1, self.v0)
        field.sub(out.c0, self.t0, self.t1)
        field.add(out.c1, self.v0, self.v0)

    def mul_line(self, x: Fp12, l0: Fp2, l1: Fp2) -> None:
        """Multiply x by l0 + l1 w**2 + w**3."""
        field = self.base
        field.mul_sparse(self.v0, x.c0, l0, l1)
        field.mul_sparse(self.v1, x.c1, l0, l1)
        # w**3 = v w moves x0 to the other half by v, and x1 by v**2.
        field.mul_v(self.t0, x.c0)
        field.mul_v(self.t1, x.c1)
        field.mul_v(self.t1, self.t1)
        field.add(x.c0, self.v0, self.t1)
        field.add(x.c1, self.v1, self.t0)

    def conjugate(self, out: Fp12, x: Fp12) -> None:
        """Raise x to p**6; in the cyclotomic subgroup this is 1 / x."""
        out.c0.copy_from(x.c0)
        self.base.negate(out.c1, x.c1)

    def invert(self, out: Fp12, x: Fp12) -> None:
        """1 / x for x != 0."""
        field = self.base
        field.mul(self.v0, x.c0, x.c0)
        field.mul(self.v1, x.c1, x.c1)
        field.mul_v(self.v1, self.v1)
        field.sub(self.v0, self.v0, self.v1)
        field.invert(self.v0, self.v0)
        field.mul(out.c0, x.c0, self.v0)
        field.mul(self.v1, x.c1, self.v0)
        field.negate(out.c1, self.v1)

    def frobenius(self, out: Fp12, x: Fp12) -> None:
        """Raise x to the power p."""
        field = self.base.base
        field.conjugate(out.c0.c0, x.c0.c0)
        field.conjugate(out.c1.c0, x.c1.c0)
        field.mul(out.c1.c0, out.c1.c0, self.gamma1)
        field.conjugate(out.c0.c1, x.c0.c1)
        field.mul(out.c0.c1, out.c0.c1, self.gamma2)
        field.conjugate(out.c1.c1, x.c1.c1)
        field.mul(out.c1.c1, out.c1.c1, self.gamma3)
        field.conjugate(out.c0.c2, x.c0.c2)
        field.mul(out.c0.c2, out.c0.c2, self.gamma4)
        field.conjugate(out.c1.c2, x.c1.c2)
        field.mul(out.c1.c2, out.c1.c2, self.gamma5)

    def cyclotomic_square(self, x: Fp12) -> None:
        """Square an element of the cyclotomic subgroup (Granger and Scott, 2010).

        Three squares in Fp4 = Fp2[w**3], whose parts are the pairs below.
        """
        field = self.base.base
        self._square_fp4(x.c0.c0, x.c1.c1)
        self._blend(x.c0.c0, self.s0, x.c1.c1, self.s1)
        self._square_fp4(x.c1.c0, x.c0.c2)
        self.n0.copy_from(self.s0)
        self.n1.copy_from(self.s1)
        self._square_fp4(x.c0.c1, x.c1.c2)
        field.mul_xi(self.s1, self.s1)
        self._blend(x.c0.c1, self.n0, x.c1.c2, self.n1)
        self._blend(x.c0.c2, self.s0, x.c1.c0, self.s1)

    def _square_fp4(self, x0: Fp2, x1: Fp2) -> None:
        """s0 = x0**2 + xi x1**2 and s1 = 2 x0 x1."""
        field = self.base.base
        field.square(self.s0, x0)
        field.square(self.s2, x1)
        field.add(self.s1, x0, x1)
        field.square(self.s1, self.s1)
        field.sub(self.s1, self.s1, self.s0)
        field.sub(self.s1, self.s1, self.s2)
        field.mul_xi(self.s2, self.s2)
        field.add(self.s0, self.s0, self.s2)

    def _blend(self, even: Fp2, s_even: Fp2, odd: Fp2, s_odd: Fp2) -> None:
        """Set `even` to 3 s_even - 2 even and `odd` to 3 s_odd + 2 odd."""
        field = self.base.base
        field.sub(even, s_even, even)
        field.double(even, even)
        field.add(even, even, s_even)
        field.add(odd, s_odd, odd)
        field.double(odd, odd)
        field.add(odd, odd, s_odd)

    def mul_whole_line(self, x: Fp12, l0: Fp2, l1: Fp2, l2: Fp2) -> None:
        """Multiply x by l0 + l1 w**2 + l2 w**3; l1 is lost."""
        field = self.base
        field.mul_sparse(self.v0, x.c0, l0, l1)
        field.add(self.t0, x.c0, x.c1)
        # w**3 = v w: the part of w is l2 v.
        field.base.mul(self.v1.c0, x.c1.c0, l2)
        field.base.mul(self.v1.c1, x.c1.c1, l2)
        field.base.mul(self.v1.c2, x.c1.c2, l2)
        field.mul_v(self.v1, self.v1)
        field.base.add(l1, l1, l2)
        field.mul_sparse(self.t0, self.t0, l0, l1)
        field.sub(self.t0, self.t0, self.v0)
        field.sub(x.c1, self.t0, self.v1)
        field.mul_v(self.v1, self.v1)
        field.add(x.c0, self.v0, self.v1)
