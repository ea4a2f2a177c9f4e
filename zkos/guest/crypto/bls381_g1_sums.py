"""Sums of multiples of many points of G1 (Strauss, with the halves of scalars).

Points that come together share doublings: `MOST_TOGETHER` at once, which bounds the
tables. From there on a point costs 4 doublings and about 55 additions, of which
Pippenger's buckets would save a quarter only beyond hundreds of points.
"""

from typing import Final

from zkos.guest.crypto.bls381_constants import ORDER
from zkos.guest.crypto.bls381_g1 import G1, G1Point
from zkos.guest.crypto.bls381_multiples import POINT_WIDTH, Multiples
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import List

MOST_TOGETHER: Final = U32(32)


class G1Sum:
    """Adds up multiples; made once, tables are reused."""

    curve: G1
    total: G1Point
    part: G1Point
    twice: G1Point
    tables: List[Multiples]
    count: U32
    """Tables that wait to be added."""
    length: U32
    """Digits of the longest scalar among them."""

    def __init__(self, curve: G1) -> None:
        self.curve = curve
        self.total = G1Point()
        self.part = G1Point()
        self.twice = G1Point()
        self.tables = List(Multiples)
        self.count = U32(0)
        self.length = U32(0)

    def begin(self) -> None:
        """Start from nothing."""
        self.total.z.set_zero()
        self.count = U32(0)
        self.length = U32(0)

    def add(self, point: G1Point, scalar: U256) -> None:
        """Add the multiple of a point of G1 by any scalar."""
        while scalar >= ORDER:
            scalar = scalar - ORDER
        if scalar == 0 or point.is_infinite():
            return
        if self.count == self.tables.length():
            self.tables.append(Multiples(POINT_WIDTH))
        table = self.tables[self.count]
        self.count = self.count.wrapping_add(1)
        self._fill(table, point)
        length = table.split(scalar, False)
        if length > self.length:
            self.length = length
        if self.count == MOST_TOGETHER:
            self._add_tables()

    def finish(self) -> G1Point:
        """The sum, good until the next begins."""
        if self.count != 0:
            self._add_tables()
        return self.total

    def _fill(self, table: Multiples, point: G1Point) -> None:
        """Make the odd multiples."""
        curve = self.curve
        points = table.points
        twice = self.twice
        twice.copy_from(point)
        curve.double(twice)
        points[0].copy_from(point)
        for i in urange(U32(1), points.length()):
            points[i].copy_from(points[i.wrapping_sub(1)])
            curve.add(points[i], twice, False)
        table.fill_images(curve)

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
                self.tables[i].add_digits(curve, part, position)
        curve.add(self.total, part, False)
        self.count = U32(0)
        self.length = U32(0)
