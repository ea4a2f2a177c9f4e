"""The optimal ate pairing on BLS12-381 as a check of a product of pairings (EIP-2537).

All pairs share the squarings of one Miller loop and one final exponentiation. The
parameter is negative; the loop takes its absolute value, which inverts the result and
does not matter here.
"""

from zkos.guest.crypto.bls381_constants import (
    PARAMETER_BITS,
    PARAMETER_LENGTH,
    TWIST_3B,
)
from zkos.guest.crypto.bls381_fp import Fp, fp_zero
from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.guest.crypto.bls381_fp6 import Fp6Field
from zkos.guest.crypto.bls381_g1 import G1Point
from zkos.guest.crypto.bls381_g2 import G2Point
from zkos.guest.crypto.bls381_pairing import FixedPairing
from zkos.lang.control import urange
from zkos.lang.ints import U32
from zkos.lang.memory import List


class Pair:
    """Affine points of G1 and G2, and the running multiple of the second."""

    x: Fp
    y: Fp
    twist_x: Fp2
    twist_y: Fp2
    multiple_x: Fp2
    """Homogeneous coordinates: the point is (x / z, y / z)."""
    multiple_y: Fp2
    multiple_z: Fp2

    def __init__(self) -> None:
        self.x = fp_zero()
        self.y = fp_zero()
        self.twist_x = fp2_zero()
        self.twist_y = fp2_zero()
        self.multiple_x = fp2_zero()
        self.multiple_y = fp2_zero()
        self.multiple_z = fp2_zero()


class PairingProduct:
    """Checks products of pairings; made once, pairs are reused."""

    fixed: FixedPairing
    """For its field and its final exponentiation."""
    field: Fp2Field
    pairs: List[Pair]
    count: U32
    """Pairs of the running check; the list may be longer."""
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
        self.fixed = FixedPairing(base)
        self.field = base.base
        self.pairs = List(Pair)
        self.count = U32(0)
        self.twist_3b = Fp2(Fp(TWIST_3B[0], TWIST_3B[1]), Fp(TWIST_3B[2], TWIST_3B[3]))
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

    def add(self, one: G1Point, two: G2Point) -> None:
        """Take in the pairing of points of the groups, with z 1 or infinite."""
        if one.is_infinite() or two.is_infinite():
            return
        if self.count == self.pairs.length():
            self.pairs.append(Pair())
        pair = self.pairs[self.count]
        self.count = self.count.wrapping_add(1)
        pair.x.copy_from(one.x)
        pair.y.copy_from(one.y)
        pair.twist_x.copy_from(two.x)
        pair.twist_y.copy_from(two.y)

    def is_one(self) -> bool:
        """Whether the product of the pairings is 1."""
        if self.count == 0:
            return True
        self._miller_loop()
        return self.fixed.raised_is_one()

    def _miller_loop(self) -> None:
        field = self.fixed.field
        result = self.fixed.result
        field.set_one(result)
        for i in urange(self.count):
            pair = self.pairs[i]
            pair.multiple_x.copy_from(pair.twist_x)
            pair.multiple_y.copy_from(pair.twist_y)
            self.field.set_one(pair.multiple_z)
        for step in urange(U32(1), PARAMETER_LENGTH):
            field.square(result, result)
            for i in urange(self.count):
                self._double(self.pairs[i])
            if PARAMETER_BITS[step] == 1:
                for i in urange(self.count):
                    self._add(self.pairs[i])

    # A line of slope m through a point (x, y) of the twist takes at the point (X, Y)
    # of the curve the value (m x - y) - m X w**2 + Y w**3, but for a factor that the
    # pairing does not see: it is multiplied by the slope's denominator.

    def _double(self, pair: Pair) -> None:
        """Double the multiple, and multiply by its tangent at the other point.

        Formulas of Costello, Lange and Naehrig (2010), with halves.
        """
        field = self.field
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
        field.double(f, e)
        field.add(f, f, e)
        # l2 = 2 y z; l1 = 3 x**2; l0 = y**2 - 3 b z**2, by the equation of the twist.
        field.add(self.l2, y, z)
        field.square(self.l2, self.l2)
        field.sub(self.l2, self.l2, y_squared)
        field.sub(self.l2, self.l2, z_squared)
        field.square(z_squared, x)
        field.double(self.l1, z_squared)
        field.add(self.l1, self.l1, z_squared)
        field.sub(self.l0, y_squared, e)
        field.mul(z, y_squared, self.l2)
        field.sub(x, y_squared, f)
        field.mul(x, x, product)
        field.add(y, y_squared, f)
        field.halve(y, y)
        field.square(y, y)
        field.square(e, e)
        field.double(f, e)
        field.add(e, e, f)
        field.sub(y, y, e)
        self._take_line(pair)

    def _add(self, pair: Pair) -> None:
        """Add the point, and multiply by the line through both at the other point."""
        field = self.field
        x = pair.multiple_x
        y = pair.multiple_y
        z = pair.multiple_z
        rise = self.l1
        run = self.l2
        run_cubed = self.t1
        g = self.t2
        h = self.t3
        field.mul(rise, pair.twist_y, z)
        field.sub(rise, y, rise)
        field.mul(run, pair.twist_x, z)
        field.sub(run, x, run)
        field.mul(self.l0, rise, pair.twist_x)
        field.mul(h, run, pair.twist_y)
        field.sub(self.l0, self.l0, h)
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
        self._take_line(pair)

    def _take_line(self, pair: Pair) -> None:
        """Multiply by l0 - l1 x w**2 + l2 y w**3."""
        field = self.field
        field.scale(self.l1, self.l1, pair.x)
        field.negate(self.l1, self.l1)
        field.scale(self.l2, self.l2, pair.y)
        line = self.fixed.field
        line.mul_whole_line(self.fixed.result, self.l0, self.l1, self.l2)
