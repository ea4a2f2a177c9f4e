"""Sums of multiples of many points of G2 (Strauss, with quarters of scalars).

With v = -u the parameter's absolute value, v P = -psi(P) on G2: a scalar
a + b v + c v**2 + d v**3 of P is a of P, -b of psi(P), c of psi(psi(P)) and -d of
the next, all below 2**64 (Galbraith and Scott, 2008). Otherwise as for G1.
"""

from typing import Final

from zkos.guest.crypto.bls381_constants import ORDER, PARAMETER
from zkos.guest.crypto.bls381_g2 import G2, G2Point
from zkos.guest.crypto.field_digits import SignedDigits, clear, positions
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import List

QUARTER_BITS: Final = U32(64)
QUARTERS: Final = U32(4)
POINT_WIDTH: Final = U32(4)
ODD_MULTIPLES: Final = U32(4)
MOST_TOGETHER: Final = U32(16)


class Quarter:
    """Odd multiples of an image of a point, and the digits for them."""

    points: List[G2Point]
    digits: SignedDigits

    def __init__(self) -> None:
        self.points = List(G2Point)
        for _ in urange(ODD_MULTIPLES):
            self.points.append(G2Point())
        self.digits = SignedDigits(positions(QUARTER_BITS), POINT_WIDTH, U32(0))

    def add_digit(self, curve: G2, total: G2Point, position: U32) -> None:
        """Add what the digit at a position stands for."""
        digit = self.digits.digits[position]
        if digit != 0:
            curve.add(total, self.points[digit >> 2], digit & 1 == 1)


class G2Sum:
    """Adds up multiples; made once, tables are reused."""

    curve: G2
    total: G2Point
    part: G2Point
    twice: G2Point
    tables: List[Quarter]
    """Four a point: of the point and its images in turn."""
    count: U32
    """Tables that wait to be added."""
    length: U32
    """Digits of the longest scalar among them."""

    def __init__(self, curve: G2) -> None:
        self.curve = curve
        self.total = G2Point()
        self.part = G2Point()
        self.twice = G2Point()
        self.tables = List(Quarter)
        self.count = U32(0)
        self.length = U32(0)

    def begin(self) -> None:
        """Start from nothing."""
        self.total.z.set_zero()
        self.count = U32(0)
        self.length = U32(0)

    def add(self, point: G2Point, scalar: U256) -> None:
        """Add the multiple of a point of G2 by any scalar."""
        while scalar >= ORDER:
            scalar = scalar - ORDER
        if scalar == 0 or point.is_infinite():
            return
        first = self.count
        negative = False
        for _ in urange(QUARTERS):
            rest = scalar // PARAMETER
            self._set_digits(
                scalar.wrapping_sub(rest.wrapping_mul(PARAMETER)), negative
            )
            scalar = rest
            negative = not negative
        self._fill(first, point)
        if self.count == MOST_TOGETHER * QUARTERS:
            self._add_tables()

    def finish(self) -> G2Point:
        """The sum, good until the next begins."""
        if self.count != 0:
            self._add_tables()
        return self.total

    def _set_digits(self, scalar: U256, negative: bool) -> None:
        """Take the next table for a quarter of a scalar."""
        if self.count == self.tables.length():
            self.tables.append(Quarter())
        digits = self.tables[self.count].digits
        self.count = self.count.wrapping_add(1)
        clear(digits.digits)
        length = digits.fill(scalar, negative)
        if length > self.length:
            self.length = length

    def _fill(self, first: U32, point: G2Point) -> None:
        """Make the odd multiples of a point and their images."""
        curve = self.curve
        points = self.tables[first].points
        twice = self.twice
        twice.copy_from(point)
        curve.double(twice)
        points[0].copy_from(point)
        for i in urange(U32(1), ODD_MULTIPLES):
            points[i].copy_from(points[i.wrapping_sub(1)])
            curve.add(points[i], twice, False)
        for k in urange(U32(1), QUARTERS):
            images = self.tables[first.wrapping_add(k)].points
            for i in urange(ODD_MULTIPLES):
                images[i].copy_from(points[i])
                curve.map(images[i])
            points = images

    def _add_tables(self) -> None:
        """Add what waits to the total."""
        curve = self.curve
        part = self.part
        part.z.set_zero()
        position = self.length
        while position != 0:
            position = position.wrapping_sub(1)
            curve.double(part)
            for i in urange(self.count):
                self.tables[i].add_digit(curve, part, position)
        curve.add(self.total, part, False)
        self.count = U32(0)
        self.length = U32(0)
