"""The optimal ate pairing on bn254, as a check of a product of pairings.

All pairs share the squarings of one Miller loop and one final exponentiation. The
points of G2 live on the twist y**2 = x**3 + 3 / xi over Fp2, which (x, y) ->
(x w**2, y w**3) takes to the curve over Fp12.
"""

from zkos.guest.crypto.bn254_constants import (
    LOOP_DIGITS,
    LOOP_LENGTH,
    PARAMETER_DIGITS,
    PARAMETER_LENGTH,
    TWIST_3B,
)
from zkos.guest.crypto.bn254_fp2 import Fp2, fp2_zero
from zkos.guest.crypto.bn254_fp6 import Fp6Field
from zkos.guest.crypto.bn254_fp12 import Fp12, Fp12Field, fp12_zero
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import List


class Pair:
    """One pair of affine points, and the running multiple of the second."""

    x: U256
    y: U256
    twist_x: Fp2
    twist_y: Fp2
    multiple_x: Fp2
    """Homogeneous coordinates: the point is (x / z, y / z)."""
    multiple_y: Fp2
    multiple_z: Fp2

    def __init__(self) -> None:
        self.x = U256(0)
        self.y = U256(0)
        self.twist_x = fp2_zero()
        self.twist_y = fp2_zero()
        self.multiple_x = fp2_zero()
        self.multiple_y = fp2_zero()
        self.multiple_z = fp2_zero()


class Pairing:
    """Checks products of pairings; made once, pairs are reused."""

    field: Fp12Field
    pairs: List[Pair]
    count: U32
    """Pairs of the running check; the list may be longer."""
    result: Fp12
    inverse: Fp12
    powers: List[Fp12]
    """Space of the final exponentiation."""
    twist_3b: Fp2
    l0: Fp2
    l1: Fp2
    l2: Fp2
    t0: Fp2
    t1: Fp2
    t2: Fp2
    t3: Fp2
    t4: Fp2

    def __init__(self, base: Fp6Field) -> None:
        self.field = Fp12Field(base)
        self.pairs = List(Pair)
        self.count = U32(0)
        self.result = fp12_zero()
        self.inverse = fp12_zero()
        self.powers = List(Fp12)
        for _ in urange(U32(5)):
            self.powers.append(fp12_zero())
        self.twist_3b = Fp2(TWIST_3B[0], TWIST_3B[1])
        self.l0 = fp2_zero()
        self.l1 = fp2_zero()
        self.l2 = fp2_zero()
        self.t0 = fp2_zero()
        self.t1 = fp2_zero()
        self.t2 = fp2_zero()
        self.t3 = fp2_zero()
        self.t4 = fp2_zero()

    def begin(self) -> None:
        """Forget all pairs."""
        self.count = U32(0)

    def next_pair(self) -> Pair:
        """A pair to fill with two points, neither infinite, of their subgroups."""
        if self.count == self.pairs.length():
            self.pairs.append(Pair())
        pair = self.pairs[self.count]
        self.count = self.count.wrapping_add(1)
        return pair

    def product_is_one(self) -> bool:
        """Whether the product of the pairings of all pairs is 1."""
        if self.count == 0:
            return True
        self._miller_loop()
        self._easy_part()
        self._hard_part()
        return self.field.is_one(self.result)

    def _miller_loop(self) -> None:
        field = self.field
        result = self.result
        field.set_one(result)
        for i in urange(self.count):
            pair = self.pairs[i]
            pair.multiple_x.copy_from(pair.twist_x)
            pair.multiple_y.copy_from(pair.twist_y)
            field.base.base.set_one(pair.multiple_z)
        for step in urange(U32(1), LOOP_LENGTH):
            field.square(result, result)
            digit = LOOP_DIGITS[step]
            for i in urange(self.count):
                pair = self.pairs[i]
                self._double(pair)
                if digit == 1:
                    self._add(pair, pair.twist_x, pair.twist_y)
                elif digit == 2:
                    field.base.base.negate(self.t4, pair.twist_y)
                    self._add(pair, pair.twist_x, self.t4)
        for i in urange(self.count):
            self._add_images(self.pairs[i])

    def _add_images(self, pair: Pair) -> None:
        """Add the Frobenius image of the point, then subtract the next image."""
        field = self.field.base.base
        for step in urange(U32(2)):
            x = pair.twist_x
            y = pair.twist_y
            field.conjugate(x, x)
            field.mul(x, x, self.field.gamma2)
            field.conjugate(y, y)
            field.mul(y, y, self.field.gamma3)
            if step == 1:
                field.negate(y, y)
            self._add(pair, x, y)

    def _double(self, pair: Pair) -> None:
        """Double the multiple, and multiply by its tangent at the other point.

        Formulas of Costello, Lange and Naehrig (2010), with halves.
        """
        field = self.field.base.base
        x = pair.multiple_x
        y = pair.multiple_y
        z = pair.multiple_z
        product = self.t0
        y_squared = self.t1
        z_squared = self.t2
        e = self.t3
        f = self.t4
        field.mul(product, x, y)
        field.halve(product, product)
        field.square(y_squared, y)
        field.square(z_squared, z)
        field.mul(e, z_squared, self.twist_3b)
        field.triple(f, e)
        # l0 = 2 y z, with the sign of the line; l1 = 3 x**2; l2 = 3 b z**2 - y**2.
        field.add(self.l0, y, z)
        field.square(self.l0, self.l0)
        field.sub(self.l0, self.l0, y_squared)
        field.sub(self.l0, self.l0, z_squared)
        field.square(self.l1, x)
        field.triple(self.l1, self.l1)
        field.sub(self.l2, e, y_squared)
        field.mul(z, y_squared, self.l0)
        field.sub(x, y_squared, f)
        field.mul(x, x, product)
        field.add(y, y_squared, f)
        field.halve(y, y)
        field.square(y, y)
        field.square(e, e)
        field.triple(e, e)
        field.sub(y, y, e)
        field.negate(self.l0, self.l0)
        self._take_line(pair)

    def _add(self, pair: Pair, right_x: Fp2, right_y: Fp2) -> None:
        """Add a point, and multiply by the line through both at the other point."""
        field = self.field.base.base
        x = pair.multiple_x
        y = pair.multiple_y
        z = pair.multiple_z
        rise = self.t0
        run = self.l0
        run_cubed = self.t1
        g = self.t2
        h = self.t3
        field.mul(rise, right_y, z)
        field.sub(rise, y, rise)
        field.mul(run, right_x, z)
        field.sub(run, x, run)
        # l2 = rise * x - run * y of the point added.
        field.mul(self.l2, rise, right_x)
        field.mul(h, run, right_y)
        field.sub(self.l2, self.l2, h)
        field.square(g, run)
        field.mul(run_cubed, g, run)
        field.mul(g, g, x)
        field.square(h, rise)
        field.mul(h, h, z)
        field.add(h, h, run_cubed)
        field.sub(h, h, g)
        field.sub(h, h, g)
        field.mul(x, run, h)
        field.sub(g, g, h)
        field.mul(g, g, rise)
        field.mul(y, y, run_cubed)
        field.sub(y, g, y)
        field.mul(z, z, run_cubed)
        field.negate(self.l1, rise)
        self._take_line(pair)

    def _take_line(self, pair: Pair) -> None:
        """Multiply by l0 y + l1 x w + l2 w**3."""
        field = self.field.base.base
        field.scale(self.l0, self.l0, pair.y)
        field.scale(self.l1, self.l1, pair.x)
        self.field.mul_line(self.result, self.l0, self.l1, self.l2)

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
        """Raise to a multiple, prime to the order, of (p**4 - p**2 + 1) / order.

        With u the curve's parameter the exponent is a + 6 u**2 + 1 + b p + a p**2
        + (b - 1) p**3, where a = 12 u**3 + 6 u**2 + 6 u and b = a - 2 u
        (Fuentes-Castaneda, Knapp and Rodriguez-Henriquez, 2011).
        """
        field = self.field
        f = self.result
        two_u = self.powers[0]
        six_u = self.powers[1]
        a = self.powers[2]
        six_u2 = self.powers[3]
        t = self.powers[4]
        self._power_u(two_u, f)
        field.cyclotomic_square(two_u)
        six_u.copy_from(two_u)
        field.cyclotomic_square(six_u)
        field.mul(six_u, six_u, two_u)
        self._power_u(six_u2, six_u)
        t.copy_from(six_u2)
        field.cyclotomic_square(t)
        self._power_u(a, t)
        field.mul(a, a, six_u2)
        field.mul(a, a, six_u)
        # From here `two_u` holds b, and `t` gathers the powers of p from the top.
        field.conjugate(two_u, two_u)
        field.mul(two_u, two_u, a)
        field.conjugate(t, f)
        field.mul(t, t, two_u)
        field.frobenius(t, t)
        field.mul(t, t, a)
        field.frobenius(t, t)
        field.mul(t, t, two_u)
        field.frobenius(t, t)
        field.mul(f, f, t)
        field.mul(f, f, a)
        field.mul(f, f, six_u2)

    def _power_u(self, out: Fp12, x: Fp12) -> None:
        """Raise x of the cyclotomic subgroup to the curve's parameter."""
        field = self.field
        inverse = self.inverse
        field.conjugate(inverse, x)
        out.copy_from(x)
        for step in urange(U32(1), PARAMETER_LENGTH):
            field.cyclotomic_square(out)
            digit = PARAMETER_DIGITS[step]
            if digit == 1:
                field.mul(out, out, x)
            elif digit == 2:
                field.mul(out, out, inverse)
