"""The twist y**2 = x**3 + 4 xi of BLS12-381 over Fp2 and its subgroup G2."""

from zkos.guest.crypto.bls381_constants import (
    PARAMETER_BITS,
    PARAMETER_LENGTH,
    PSI_X,
    PSI_Y,
    TWIST_B,
)
from zkos.guest.crypto.bls381_fp import Fp
from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.lang.control import urange
from zkos.lang.ints import U32


class G2Point:
    """A point in Jacobian coordinates (x / z**2, y / z**3); infinite if z is 0."""

    x: Fp2
    y: Fp2
    z: Fp2

    def __init__(self) -> None:
        self.x = fp2_zero()
        self.y = fp2_zero()
        self.z = fp2_zero()

    def copy_from(self, point: "G2Point") -> None:
        self.x.copy_from(point.x)
        self.y.copy_from(point.y)
        self.z.copy_from(point.z)

    def is_infinite(self) -> bool:
        return self.z.is_zero()


class G2:
    """Arithmetic on points; owns the space for intermediate results."""

    field: Fp2Field
    curve_b: Fp2
    psi_x: Fp2
    psi_y: Fp2
    base: G2Point
    multiple: G2Point
    image: G2Point
    t0: Fp2
    t1: Fp2
    t2: Fp2
    t3: Fp2
    t4: Fp2

    def __init__(self, field: Fp2Field) -> None:
        self.field = field
        self.curve_b = Fp2(Fp(TWIST_B[0], TWIST_B[1]), Fp(TWIST_B[2], TWIST_B[3]))
        self.psi_x = Fp2(Fp(PSI_X[0], PSI_X[1]), Fp(PSI_X[2], PSI_X[3]))
        self.psi_y = Fp2(Fp(PSI_Y[0], PSI_Y[1]), Fp(PSI_Y[2], PSI_Y[3]))
        self.base = G2Point()
        self.multiple = G2Point()
        self.image = G2Point()
        self.t0 = fp2_zero()
        self.t1 = fp2_zero()
        self.t2 = fp2_zero()
        self.t3 = fp2_zero()
        self.t4 = fp2_zero()

    def contains(self, point: G2Point) -> bool:
        """Whether (x, y), with z aside, is on the twist."""
        field = self.field
        field.square(self.t0, point.x)
        field.mul(self.t0, self.t0, point.x)
        field.add(self.t0, self.t0, self.curve_b)
        field.square(self.t1, point.y)
        return self.t0.equals(self.t1)

    def in_subgroup(self, point: G2Point) -> bool:
        """Whether a point of the twist has the prime order r: psi(P) = u P.

        psi**2 - (u + 1) psi + p = 0 on the whole twist, so that psi(P) = u P makes P
        vanish under p - u = r (u - 1)**2 / 3. As it also does under the number of
        points, whose part besides r is prime to (u - 1)**2, r alone is its order
        (Scott, 2021). On G2 psi is the multiple by p, which is u modulo r.
        """
        multiple = self.multiple
        self._multiply(multiple, point)
        base = self.base
        base.copy_from(point)
        self.map(base)
        # u is negative.
        self.add(multiple, base, False)
        return multiple.is_infinite()

    def clear_cofactor(self, point: G2Point) -> None:
        """Make a point of the twist one of G2 (Budroni and Pintore, 2022).

        (u**2 - u - 1) P + (u - 1) psi(P) + psi(psi(2 P)), the multiple that RFC 9380
        prescribes (8.8.2). With v = -u it is v (v P - psi(P)) + (v P - psi(P)) - P
        + psi(psi(2 P)).
        """
        multiple = self.multiple
        base = self.base
        image = self.image
        self._multiply(multiple, point)
        image.copy_from(point)
        self.map(image)
        self.add(multiple, image, True)
        self._multiply(image, multiple)
        self.add(image, multiple, False)
        self.add(image, point, True)
        base.copy_from(point)
        self.double(base)
        self.map(base)
        self.map(base)
        self.add(image, base, False)
        point.copy_from(image)

    def _multiply(self, out: G2Point, point: G2Point) -> None:
        """Set `out`, another object, to the multiple by |u|."""
        out.copy_from(point)
        for step in urange(U32(1), PARAMETER_LENGTH):
            self.double(out)
            if PARAMETER_BITS[step] == 1:
                self.add(out, point, False)

    def map(self, point: G2Point) -> None:
        """Apply psi, the Frobenius map of the curve seen on the twist."""
        field = self.field
        field.conjugate(point.x, point.x)
        field.mul(point.x, point.x, self.psi_x)
        field.conjugate(point.y, point.y)
        field.mul(point.y, point.y, self.psi_y)
        field.conjugate(point.z, point.z)

    def normalize(self, point: G2Point) -> None:
        """Make z 1, for a point that is not infinite."""
        field = self.field
        field.invert(self.t0, point.z)
        field.square(self.t1, self.t0)
        field.mul(point.x, point.x, self.t1)
        field.mul(self.t1, self.t1, self.t0)
        field.mul(point.y, point.y, self.t1)
        field.set_one(point.z)

    def double(self, point: G2Point) -> None:
        """Double in place; infinity stays. No point of the twist has order 2."""
        field = self.field
        x = point.x
        y = point.y
        slope = self.t0
        y_squared = self.t1
        product = self.t2
        # As in G1: half the textbook's slope.
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

    def add(self, left: G2Point, right: G2Point, negative: bool) -> None:
        """Add `right`, another object, or its opposite to `left`; in every case."""
        if right.is_infinite():
            return
        field = self.field
        if left.is_infinite():
            left.copy_from(right)
            if negative:
                field.negate(left.y, left.y)
            return
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
        if negative:
            field.negate(rise, rise)
        field.sub(run, run, base)
        field.sub(rise, rise, fall)
        if run.is_zero():
            if rise.is_zero():
                self.double(left)
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
