"""The optimal ate pairing on BLS12-381 with the fixed points of `bls381_lines`.

Whether e(P, G) e(Q, T) = 1, where G generates G2 and T is its multiple by the secret
of the ceremony. The parameter is negative; the loop takes its absolute value, which
inverts the result and does not matter here.
"""

from zkos.guest.crypto.bls381_constants import PARAMETER_BITS, PARAMETER_LENGTH
from zkos.guest.crypto.bls381_fp import Fp, fp_zero
from zkos.guest.crypto.bls381_fp2 import Fp2, fp2_zero
from zkos.guest.crypto.bls381_fp6 import Fp6Field
from zkos.guest.crypto.bls381_fp12 import Fp12, Fp12Field, fp12_zero
from zkos.guest.crypto.bls381_g1 import G1Point
from zkos.guest.crypto.bls381_lines import LINE_LIMBS, LINES
from zkos.lang.control import record, urange
from zkos.lang.ints import U32
from zkos.lang.memory import List


@record
class LineFactors:
    """What a point (x, y) of G1 multiplies the parts of lines by."""

    constant: Fp
    """1 / y."""
    slope: Fp
    """-x / y."""


class FixedPairing:
    """Checks products of two pairings; made once."""

    field: Fp12Field
    first: LineFactors
    second: LineFactors
    result: Fp12
    powers: List[Fp12]
    """Space of the final exponentiation."""
    position: U32
    """In the table of lines."""
    l0: Fp2
    l1: Fp2
    inverse: Fp
    scale: Fp

    def __init__(self, base: Fp6Field) -> None:
        self.field = Fp12Field(base)
        self.first = LineFactors(fp_zero(), fp_zero())
        self.second = LineFactors(fp_zero(), fp_zero())
        self.result = fp12_zero()
        self.powers = List(Fp12)
        for _ in urange(U32(3)):
            self.powers.append(fp12_zero())
        self.position = U32(0)
        self.l0 = fp2_zero()
        self.l1 = fp2_zero()
        self.inverse = fp_zero()
        self.scale = fp_zero()

    def product_is_one(self, first: G1Point, second: G1Point) -> bool:
        """Whether e(first, G) e(second, T) = 1, for points of G1 but infinity."""
        field = self.field.base.base.base
        field.mul(self.inverse, first.y, second.y)
        field.invert(self.inverse, self.inverse)
        field.mul(self.scale, self.inverse, second.y)
        self._prepare(self.first, first)
        field.mul(self.scale, self.inverse, first.y)
        self._prepare(self.second, second)
        self._miller_loop()
        self._easy_part()
        self._hard_part()
        return self.field.is_one(self.result)

    def _prepare(self, factors: LineFactors, point: G1Point) -> None:
        """Find the factors of a point, given 1 / y in `scale`, y as it is there."""
        field = self.field.base.base.base
        field.mul(self.scale, self.scale, point.z)
        field.mul(factors.slope, self.scale, point.x)
        field.negate(factors.slope, factors.slope)
        field.square(factors.constant, point.z)
        field.mul(factors.constant, factors.constant, self.scale)

    def _miller_loop(self) -> None:
        field = self.field
        result = self.result
        field.set_one(result)
        self.position = U32(0)
        for step in urange(U32(1), PARAMETER_LENGTH):
            field.square(result, result)
            self._take_line(self.first)
            self._take_line(self.second)
            if PARAMETER_BITS[step] == 1:
                self._take_line(self.first)
                self._take_line(self.second)

    def _take_line(self, factors: LineFactors) -> None:
        """Multiply by the next line at the point of the factors, over its y."""
        field = self.field
        l0 = self.l0
        l1 = self.l1
        position = self.position
        self.position = position.wrapping_add(LINE_LIMBS)
        l0.c0.low = LINES[position]
        l0.c0.high = LINES[position.wrapping_add(1)]
        l0.c1.low = LINES[position.wrapping_add(2)]
        l0.c1.high = LINES[position.wrapping_add(3)]
        l1.c0.low = LINES[position.wrapping_add(4)]
        l1.c0.high = LINES[position.wrapping_add(5)]
        l1.c1.low = LINES[position.wrapping_add(6)]
        l1.c1.high = LINES[position.wrapping_add(7)]
        field.base.base.scale(l0, l0, factors.constant)
        field.base.base.scale(l1, l1, factors.slope)
        field.mul_line(self.result, l0, l1)

    def _easy_part(self) -> None:
        """Raise to (p**6 - 1)(p**2 + 1), into the cyclotomic subgroup."""
        field = self.field
        result = self.result
        t = self.powers[0]
        field.invert(t, result)
        field.conjugate(result, result)
        field.mul(result, result, t)
        field.frobenius(t, result)
        field.frobenius(t, t)
        field.mul(result, result, t)

    def _hard_part(self) -> None:
        """Raise to three times (p**4 - p**2 + 1) / order.

        With u the curve's parameter this is (u - 1)**2 (u + p) (u**2 + p**2 - 1) + 3
        (Hayashida, Hayasaka and Teruya, 2020).
        """
        field = self.field
        f = self.result
        a = self.powers[0]
        b = self.powers[1]
        t = self.powers[2]
        # u - 1 = -(|u| + 1), whose sign is lost in the square.
        self._power_u(t, f)
        field.mul(t, t, f)
        self._power_u(a, t)
        field.mul(a, a, t)
        self._power_u(b, a)
        field.conjugate(b, b)
        field.frobenius(a, a)
        field.mul(b, b, a)
        self._power_u(t, b)
        self._power_u(a, t)
        field.conjugate(t, b)
        field.mul(a, a, t)
        field.frobenius(b, b)
        field.frobenius(b, b)
        field.mul(a, a, b)
        t.copy_from(f)
        field.cyclotomic_square(t)
        field.mul(f, f, t)
        field.mul(f, f, a)

    def _power_u(self, out: Fp12, x: Fp12) -> None:
        """Raise x, another object of the cyclotomic subgroup, to |u|."""
        field = self.field
        out.copy_from(x)
        for step in urange(U32(1), PARAMETER_LENGTH):
            field.cyclotomic_square(out)
            if PARAMETER_BITS[step] == 1:
                field.mul(out, out, x)

    def raised_is_one(self) -> bool:
        """Whether `result`, the end of any Miller loop, stands for a pairing of 1."""
        self._easy_part()
        self._hard_part()
        return self.field.is_one(self.result)
