"""Odd multiples P, 3P, 5P ... of a point, brought to one common z without division.

Successive additions of 2P keep both operands on the same z (Meloni's co-Z
addition), and the quotients of successive z are known. Scaled by the last z the
multiples are affine points of an isomorphic curve; sums of them come out on it.
"""

from zkos.guest.crypto.field import Field
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array


class OddMultiples:
    """A table for one point at a time; entry i holds (2i + 1) P."""

    field: Field
    minus_three: bool
    count: U32
    x: Array[U256]
    y: Array[U256]
    ratios: Array[U256]
    """z of an entry over z of the one before."""
    scale: U256
    """The common z."""

    def __init__(self, field: Field, minus_three: bool, count: U32) -> None:
        self.field = field
        self.minus_three = minus_three
        self.count = count
        self.x = Array(U256, count)
        self.y = Array(U256, count)
        self.ratios = Array(U256, count)
        self.scale = U256(0)

    def fill(self, x: U256, y: U256) -> None:
        """Compute the table of the point (x, y); its order is a large prime."""
        field = self.field
        base = field.mul(x, x)
        if self.minus_three:
            base = field.sub(base, field.one)
        slope = field.add(base, field.halve(base))
        y_squared = field.mul(y, y)
        # P itself on the z of 2P, which is y.
        odd_x = field.mul(x, y_squared)
        odd_y = field.mul(y_squared, y_squared)
        two_x = field.sub(field.sub(field.mul(slope, slope), odd_x), odd_x)
        two_y = field.sub(field.mul(slope, field.sub(odd_x, two_x)), odd_y)
        self.x[0] = odd_x
        self.y[0] = odd_y
        for i in urange(U32(1), self.count):
            run = field.sub(two_x, odd_x)
            rise = field.sub(two_y, odd_y)
            run_squared = field.mul(run, run)
            two_x = field.mul(two_x, run_squared)
            odd_x = field.mul(odd_x, run_squared)
            two_y = field.mul(two_y, field.sub(two_x, odd_x))
            new_x = field.sub(field.sub(field.mul(rise, rise), two_x), odd_x)
            odd_y = field.sub(field.mul(rise, field.sub(two_x, new_x)), two_y)
            odd_x = new_x
            self.x[i] = odd_x
            self.y[i] = odd_y
            self.ratios[i] = run
        self._unify(y)

    def _unify(self, first_z: U256) -> None:
        """Bring all entries to the z of the last."""
        field = self.field
        factor = field.one
        i = self.count.wrapping_sub(1)
        while i != 0:
            factor = field.mul(factor, self.ratios[i])
            i = i.wrapping_sub(1)
            square = field.mul(factor, factor)
            self.x[i] = field.mul(self.x[i], square)
            self.y[i] = field.mul(self.y[i], field.mul(square, factor))
        self.scale = field.mul(factor, first_z)

    def normalize(self) -> None:
        """Bring the entries to z = 1, by one division.

        Where a is not 0 the isomorphic curve has another a, so that points of it
        cannot be doubled as those of the original.
        """
        field = self.field
        inverse = field.invert(self.scale)
        square = field.mul(inverse, inverse)
        cube = field.mul(square, inverse)
        for i in urange(self.count):
            self.x[i] = field.mul(self.x[i], square)
            self.y[i] = field.mul(self.y[i], cube)
        self.scale = field.one
