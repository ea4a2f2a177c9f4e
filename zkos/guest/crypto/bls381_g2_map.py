"""From elements of Fp2 to points of G2 (EIP-2537; RFC 9380, no hashing).

As for G1, with an isogeny of degree 3.
"""

from zkos.guest.crypto.bls381_fp import Fp, FpField, fp_zero
from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.guest.crypto.bls381_g2 import G2, G2Point
from zkos.guest.crypto.bls381_isogenies import G2_COEFFICIENTS, G2_CURVE, G2_DEGREES
from zkos.lang.control import urange
from zkos.lang.ints import U32


class Roots:
    """Square roots in Fp2; owns the space for them."""

    field: FpField
    norm: Fp
    half: Fp
    inverse: Fp

    def __init__(self, field: FpField) -> None:
        self.field = field
        self.norm = fp_zero()
        self.half = fp_zero()
        self.inverse = fp_zero()

    def find(self, out: Fp2, x: Fp2) -> bool:
        """Set `out`, another element, to a root of x; False if there is none.

        With n a root of the norm of x = a + b i, a root's parts have the squares
        (a + n) / 2 and (n - a) / 2, or with -n for n: whichever are squares.
        """
        field = self.field
        norm = self.norm
        half = self.half
        inverse = self.inverse
        field.square(half, x.c0)
        field.square(inverse, x.c1)
        field.add(half, half, inverse)
        if not field.square_root(norm, half):
            return False
        field.add(half, x.c0, norm)
        field.halve(half, half)
        if half.is_zero():
            # b is 0 and n is -a: take the other root of the norm.
            half.copy_from(x.c0)
        if half.is_zero():
            out.set_zero()
            return True
        real = field.inverse_root(inverse, half)
        field.mul(out.c0, half, inverse)
        field.mul(out.c1, x.c1, inverse)
        field.halve(out.c1, out.c1)
        if not real:
            # The larger part is a root of -(a + n) / 2, so it is the imaginary one.
            norm.copy_from(out.c0)
            field.negate(out.c0, out.c1)
            out.c1.copy_from(norm)
        return True


class G2Map:
    """Maps elements; owns the space for intermediate results."""

    curve: G2
    field: Fp2Field
    roots: Roots
    a: Fp2
    b: Fp2
    z: Fp2
    first: Fp2
    """-b / a."""
    exception: Fp2
    """b / (z a), the candidate where w**2 + w is 0."""
    x: Fp2
    y: Fp2
    w: Fp2
    t: Fp2

    def __init__(self, curve: G2) -> None:
        self.curve = curve
        self.field = curve.field
        self.roots = Roots(curve.field.base)
        self.a = fp2_zero()
        self.b = fp2_zero()
        self.z = fp2_zero()
        self.first = fp2_zero()
        self.exception = fp2_zero()
        self.x = fp2_zero()
        self.y = fp2_zero()
        self.w = fp2_zero()
        self.t = fp2_zero()
        _load(self.a, U32(0))
        _load(self.b, U32(4))
        _load(self.z, U32(8))
        _load(self.first, U32(12))
        _load(self.exception, U32(16))

    def map(self, out: G2Point, element: Fp2) -> None:
        """Set `out` to the point of G2 for an element."""
        self._find_point(element)
        self._apply_isogeny(out)
        self.curve.clear_cofactor(out)

    def _find_point(self, element: Fp2) -> None:
        """Set x and y to the element's point of the isogenous curve."""
        field = self.field
        x = self.x
        w = self.w
        t = self.t
        field.square(w, element)
        field.mul(w, w, self.z)
        field.square(t, w)
        field.add(t, t, w)
        if t.is_zero():
            x.copy_from(self.exception)
        else:
            field.invert(t, t)
            field.base.add(t.c0, t.c0, field.base.one)
            field.mul(x, t, self.first)
        self._set_square()
        if not self.roots.find(self.y, t):
            field.mul(x, x, w)
            self._set_square()
            assert self.roots.find(self.y, t), "one of the candidates has an ordinate"
        if field.is_odd(self.y) != field.is_odd(element):
            field.negate(self.y, self.y)

    def _set_square(self) -> None:
        """Set t to g(x), the square of the ordinate if there is one."""
        field = self.field
        t = self.t
        field.square(t, self.x)
        field.add(t, t, self.a)
        field.mul(t, t, self.x)
        field.add(t, t, self.b)

    def _apply_isogeny(self, out: G2Point) -> None:
        """Take (x, y) to the twist of G2; the kernel becomes infinite."""
        position = self._evaluate(out.x, U32(0), G2_DEGREES[0])
        position = self._evaluate(out.z, position, G2_DEGREES[1])
        self._evaluate(out.y, position, G2_DEGREES[2])
        self.field.mul(out.y, out.y, self.y)

    def _evaluate(self, out: Fp2, position: U32, degree: U32) -> U32:
        """Set `out` to a polynomial's value at x; where the next one begins."""
        field = self.field
        t = self.t
        out.set_zero()
        for _ in urange(degree.wrapping_add(1)):
            field.mul(out, out, self.x)
            t.c0.low = G2_COEFFICIENTS[position]
            t.c0.high = G2_COEFFICIENTS[position.wrapping_add(1)]
            t.c1.low = G2_COEFFICIENTS[position.wrapping_add(2)]
            t.c1.high = G2_COEFFICIENTS[position.wrapping_add(3)]
            field.add(out, out, t)
            position = position.wrapping_add(4)
        return position


def _load(out: Fp2, position: U32) -> None:
    """Take a constant of the isogenous curve."""
    out.c0.low = G2_CURVE[position]
    out.c0.high = G2_CURVE[position.wrapping_add(1)]
    out.c1.low = G2_CURVE[position.wrapping_add(2)]
    out.c1.high = G2_CURVE[position.wrapping_add(3)]
