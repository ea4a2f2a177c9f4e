"""The twist y**2 = x**3 + 3 / xi of bn254 over Fp2, and the test for G2."""

from zkos.guest.crypto.bn254_constants import (
    FROBENIUS_2,
    FROBENIUS_3,
    PARAMETER_DIGITS,
    PARAMETER_LENGTH,
    TWIST_B,
)
from zkos.guest.crypto.bn254_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.lang.control import urange
from zkos.lang.ints import U32


class TwistPoint:
    """A point in Jacobian coordinates (x / z**2, y / z**3); infinite if z is 0."""

    x: Fp2
    y: Fp2
    z: Fp2

    def __init__(self) -> None:
        self.x = fp2_zero()
        self.y = fp2_zero()
        self.z = fp2_zero()

    def copy_from(self, point: "TwistPoint") -> None:
        self.x.copy_from(point.x)
        self.y.copy_from(point.y)
        self.z.copy_from(point.z)


class Twist:
    """Arithmetic on the twist; owns the space for intermediate results."""

    field: Fp2Field
    curve_b: Fp2
    gamma2: Fp2
    gamma3: Fp2
    point: TwistPoint
    multiple: TwistPoint
    image: TwistPoint
    total: TwistPoint
    t0: Fp2
    t1: Fp2
    t2: Fp2
    t3: Fp2
    t4: Fp2

    def __init__(self, field: Fp2Field) -> None:
        self.field = field
        self.curve_b = Fp2(TWIST_B[0], TWIST_B[1])
        self.gamma2 = Fp2(FROBENIUS_2[0], FROBENIUS_2[1])
        self.gamma3 = Fp2(FROBENIUS_3[0], FROBENIUS_3[1])
        self.point = TwistPoint()
        self.multiple = TwistPoint()
        self.image = TwistPoint()
        self.total = TwistPoint()
        self.t0 = fp2_zero()
        self.t1 = fp2_zero()
        self.t2 = fp2_zero()
        self.t3 = fp2_zero()
        self.t4 = fp2_zero()

    def contains(self, x: Fp2, y: Fp2) -> bool:
        """Whether the affine point (x, y) lies on the twist."""
        field = self.field
        field.square(self.t0, x)
        field.mul(self.t0, self.t0, x)
        field.add(self.t0, self.t0, self.curve_b)
        field.square(self.t1, y)
        return self.t0.equals(self.t1)

    def in_subgroup(self, x: Fp2, y: Fp2) -> bool:
        """Whether the point (x, y) of the twist has the order of the curve.

        On points of that order, and no others, the Frobenius map F satisfies
        (u + 1) Q + F(u Q) + F(F(u Q)) = F(F(F(2 u Q))), u the curve's parameter
        (Dai, Lin, Zhao and Zhou, 2022; its norm is prime to the cofactor).
        """
        point = self.point
        multiple = self.multiple
        image = self.image
        total = self.total
        point.x.copy_from(x)
        point.y.copy_from(y)
        self.field.set_one(point.z)
        self._multiply_by_parameter()
        total.copy_from(multiple)
        self._add(total, point)
        image.copy_from(multiple)
        self._map(image)
        self._add(total, image)
        self._map(image)
        self._add(total, image)
        self._map(image)
        self._double(image)
        self.field.negate(image.y, image.y)
        self._add(total, image)
        return total.z.is_zero()

    def _multiply_by_parameter(self) -> None:
        """Set `multiple` to u * point."""
        field = self.field
        point = self.point
        multiple = self.multiple
        multiple.copy_from(point)
        for step in urange(U32(1), PARAMETER_LENGTH):
            self._double(multiple)
            digit = PARAMETER_DIGITS[step]
            if digit == 1:
                self._add(multiple, point)
            elif digit == 2:
                field.negate(point.y, point.y)
                self._add(multiple, point)
                field.negate(point.y, point.y)

    def _map(self, point: TwistPoint) -> None:
        """Apply the Frobenius map of the curve, seen on the twist."""
        field = self.field
        field.conjugate(point.x, point.x)
        field.mul(point.x, point.x, self.gamma2)
        field.conjugate(point.y, point.y)
        field.mul(point.y, point.y, self.gamma3)
        field.conjugate(point.z, point.z)

    def _double(self, point: TwistPoint) -> None:
        """Double in place; infinity, z = 0, stays."""
        field = self.field
        x = point.x
        y = point.y
        slope = self.t0
        y_squared = self.t1
        product = self.t2
        field.square(slope, x)
        field.halve(product, slope)
        field.add(slope, slope, product)
        field.mul(point.z, point.z, y)
        field.square(y_squared, y)
        field.mul(product, x, y_squared)
        field.square(x, slope)
        field.sub(x, x, product)
        field.sub(x, x, product)
        field.sub(product, product, x)
        field.mul(y, slope, product)
        field.square(y_squared, y_squared)
        field.sub(y, y, y_squared)

    def _add(self, left: TwistPoint, right: TwistPoint) -> None:
        """Add `right`, another object, to `left`; every case is handled."""
        if right.z.is_zero():
            return
        if left.z.is_zero():
            left.copy_from(right)
            return
        field = self.field
        base = self.t0
        run = self.t1
        rise = self.t2
        fall = self.t3
        t = self.t4
        field.square(t, right.z)
        field.mul(base, left.x, t)
        field.mul(fall, t, right.z)
        field.mul(fall, fall, left.y)
        field.square(t, left.z)
        field.mul(run, right.x, t)
        field.mul(rise, t, left.z)
        field.mul(rise, rise, right.y)
        field.sub(run, run, base)
        field.sub(rise, rise, fall)
        if run.is_zero():
            if rise.is_zero():
                self._double(left)
            else:
                left.z.set_zero()
            return
        field.mul(left.z, left.z, right.z)
        field.mul(left.z, left.z, run)
        field.square(t, run)
        field.mul(run, run, t)
        field.mul(base, base, t)
        field.square(left.x, rise)
        field.sub(left.x, left.x, run)
        field.sub(left.x, left.x, base)
        field.sub(left.x, left.x, base)
        field.sub(base, base, left.x)
        field.mul(left.y, rise, base)
        field.mul(fall, fall, run)
        field.sub(left.y, left.y, fall)
