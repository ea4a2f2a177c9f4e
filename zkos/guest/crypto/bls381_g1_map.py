"""From elements of the prime field to points of G1 (EIP-2537; RFC 9380, no hashing).

The simplified map of Shallue, van de Woestijne and Ulas to an isogenous curve
(RFC 9380, 6.6.2), the isogeny, and a multiple of what it gives. With w = z t**2 an
element t has the candidates x = -b / a (1 + 1 / (w**2 + w)) and w x. Of g(x) and
g(w x) = w**3 g(x), which ordinates are roots of, one is a square, as z is none.
"""

from zkos.guest.crypto.bls381_fp import Fp, FpField, fp_zero
from zkos.guest.crypto.bls381_g1 import G1, G1Point
from zkos.guest.crypto.bls381_isogenies import G1_COEFFICIENTS, G1_CURVE, G1_DEGREES
from zkos.lang.control import urange
from zkos.lang.ints import U32


class G1Map:
    """Maps elements; owns the space for intermediate results."""

    curve: G1
    field: FpField
    a: Fp
    b: Fp
    z: Fp
    first: Fp
    """-b / a."""
    exception: Fp
    """b / (z a), the candidate where w**2 + w is 0."""
    root: Fp
    """Of -z."""
    x: Fp
    y: Fp
    w: Fp
    t: Fp

    def __init__(self, curve: G1) -> None:
        self.curve = curve
        self.field = curve.field
        self.a = Fp(G1_CURVE[0], G1_CURVE[1])
        self.b = Fp(G1_CURVE[2], G1_CURVE[3])
        self.z = Fp(G1_CURVE[4], G1_CURVE[5])
        self.first = Fp(G1_CURVE[6], G1_CURVE[7])
        self.exception = Fp(G1_CURVE[8], G1_CURVE[9])
        self.root = Fp(G1_CURVE[10], G1_CURVE[11])
        self.x = fp_zero()
        self.y = fp_zero()
        self.w = fp_zero()
        self.t = fp_zero()

    def map(self, out: G1Point, element: Fp) -> None:
        """Set `out` to the point of G1 for an element."""
        self._find_point(element)
        self._apply_isogeny(out)
        self.curve.clear_cofactor(out)

    def _find_point(self, element: Fp) -> None:
        """Set x and y to the element's point of the isogenous curve."""
        field = self.field
        x = self.x
        y = self.y
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
            field.add(t, t, field.one)
            field.mul(x, t, self.first)
        field.square(t, x)
        field.add(t, t, self.a)
        field.mul(t, t, x)
        field.add(t, t, self.b)
        if not field.square_root(y, t):
            # y is a root of -g(x): g(w x) is its square times (z element**3)**2 (-z).
            field.mul(x, x, w)
            field.mul(y, y, w)
            field.mul(y, y, element)
            field.mul(y, y, self.root)
        if field.is_odd(y) != field.is_odd(element):
            field.negate(y, y)

    def _apply_isogeny(self, out: G1Point) -> None:
        """Take (x, y) to the curve of G1; the kernel becomes infinite."""
        position = self._evaluate(out.x, U32(0), G1_DEGREES[0])
        position = self._evaluate(out.z, position, G1_DEGREES[1])
        self._evaluate(out.y, position, G1_DEGREES[2])
        self.field.mul(out.y, out.y, self.y)

    def _evaluate(self, out: Fp, position: U32, degree: U32) -> U32:
        """Set `out` to a polynomial's value at x; where the next one begins."""
        field = self.field
        t = self.t
        out.set_zero()
        for _ in urange(degree.wrapping_add(1)):
            field.mul(out, out, self.x)
            t.low = G1_COEFFICIENTS[position]
            t.high = G1_COEFFICIENTS[position.wrapping_add(1)]
            field.add(out, out, t)
            position = position.wrapping_add(2)
        return position
