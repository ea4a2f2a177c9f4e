"""The curve y**2 = x**3 + 4 of BLS12-381 and its subgroup G1 of prime order."""

from typing import Final

from zkos.guest.crypto.bls381_constants import (
    BETA,
    CURVE_B,
    PARAMETER_BITS,
    PARAMETER_LENGTH,
)
from zkos.guest.crypto.bls381_fp import Fp, FpField, fp_zero
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import ByteView

COMPRESSED_BYTES: Final = U32(48)
FLAG_COMPRESSED: Final = U8(0x80)
FLAG_INFINITE: Final = U8(0x40)
FLAG_LARGER: Final = U8(0x20)
"""y is the larger of the two roots."""
HIGH_MASK: Final = U256((1 << 125) - 1)
"""The upper limb of x without the flags."""


class G1Point:
    """A point in Jacobian coordinates (x / z**2, y / z**3); infinite if z is 0."""

    x: Fp
    y: Fp
    z: Fp

    def __init__(self) -> None:
        self.x = fp_zero()
        self.y = fp_zero()
        self.z = fp_zero()

    def copy_from(self, point: "G1Point") -> None:
        self.x.copy_from(point.x)
        self.y.copy_from(point.y)
        self.z.copy_from(point.z)

    def is_infinite(self) -> bool:
        return self.z.is_zero()


class G1:
    """Arithmetic on points; owns the space for intermediate results."""

    field: FpField
    curve_b: Fp
    beta: Fp
    multiple: G1Point
    base: G1Point
    t0: Fp
    t1: Fp
    t2: Fp
    t3: Fp
    t4: Fp

    def __init__(self, field: FpField) -> None:
        self.field = field
        self.curve_b = Fp(CURVE_B[0], CURVE_B[1])
        self.beta = Fp(BETA[0], BETA[1])
        self.multiple = G1Point()
        self.base = G1Point()
        self.t0 = fp_zero()
        self.t1 = fp_zero()
        self.t2 = fp_zero()
        self.t3 = fp_zero()
        self.t4 = fp_zero()

    def decompress(self, out: G1Point, data: ByteView) -> bool:
        """Read a point of G1 from its 48 bytes; False if there is none.

        x is big-endian, its top three bits are the flags. Infinity has no other bits.
        """
        flags = data[0]
        if flags & FLAG_COMPRESSED == 0:
            return False
        x = out.x
        x.high = U256(data.load_u128_be(0)) & HIGH_MASK
        x.low = data.load_u256_be(16)
        if flags & FLAG_INFINITE != 0:
            out.z.set_zero()
            return flags & FLAG_LARGER == 0 and x.is_zero()
        field = self.field
        if not field.modulus.exceeds(x):
            return False
        field.enter(x, x)
        out.z.copy_from(field.one)
        if not self._find_y(out, flags & FLAG_LARGER != 0):
            return False
        return self.in_subgroup(out)

    def _find_y(self, point: G1Point, larger: bool) -> bool:
        """Complete x by one of the two y; False if there are none."""
        field = self.field
        square = self.t0
        field.square(square, point.x)
        field.mul(square, square, point.x)
        field.add(square, square, self.curve_b)
        if not field.square_root(point.y, square):
            return False
        plain = self.t1
        field.leave(plain, point.y)
        if plain.exceeds(field.half) != larger:
            field.negate(point.y, point.y)
        return True

    def in_subgroup(self, point: G1Point) -> bool:
        """Whether a point of the curve has the prime order.

        With f the map (x, y) -> (beta x, y), f(f(P)) + f(P) + P = 0 on the whole
        curve. So f(P) = -u**2 P makes P vanish under u**4 - u**2 + 1, the order
        (Scott, 2021).
        """
        multiple = self.multiple
        base = self.base
        base.copy_from(point)
        for _ in urange(U32(2)):
            multiple.copy_from(base)
            for step in urange(U32(1), PARAMETER_LENGTH):
                self.double(multiple)
                if PARAMETER_BITS[step] == 1:
                    self.add(multiple, base, False)
            base.copy_from(multiple)
        base.copy_from(point)
        self.map(base)
        self.add(multiple, base, False)
        return multiple.is_infinite()

    def map(self, point: G1Point) -> None:
        """Become the multiple by -u**2, for points of G1."""
        self.field.mul(point.x, point.x, self.beta)

    def double(self, point: G1Point) -> None:
        """Double in place; infinity stays. No point of the curve has order 2."""
        field = self.field
        x = point.x
        y = point.y
        slope = self.t0
        y_squared = self.t1
        product = self.t2
        # Half the textbook's slope gives half its z, and no small multiples.
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

    def add(self, left: G1Point, right: G1Point, negative: bool) -> None:
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

    def contains(self, point: G1Point) -> bool:
        """Whether (x, y), with z aside, is on the curve."""
        field = self.field
        field.square(self.t0, point.x)
        field.mul(self.t0, self.t0, point.x)
        field.add(self.t0, self.t0, self.curve_b)
        field.square(self.t1, point.y)
        return self.t0.equals(self.t1)

    def clear_cofactor(self, point: G1Point) -> None:
        """Make a point of the curve one of G1: multiply by 1 - u (RFC 9380, 8.8.1).

        The group of the curve is G1 and a part of (u - 1)**2 / 3 points, all of whose
        orders divide u - 1 (Wahby and Boneh, 2019).
        """
        base = self.base
        base.copy_from(point)
        for step in urange(U32(1), PARAMETER_LENGTH):
            self.double(point)
            if PARAMETER_BITS[step] == 1:
                self.add(point, base, False)
        self.add(point, base, False)

    def normalize(self, point: G1Point) -> None:
        """Make z 1, for a point that is not infinite."""
        field = self.field
        field.invert(self.t0, point.z)
        field.square(self.t1, self.t0)
        field.mul(point.x, point.x, self.t1)
        field.mul(self.t1, self.t1, self.t0)
        field.mul(point.y, point.y, self.t1)
        point.z.copy_from(field.one)
