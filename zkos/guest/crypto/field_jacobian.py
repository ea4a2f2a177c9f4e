"""Points of y**2 = x**3 + a x + b, a = 0 or -3, in Jacobian coordinates.

(x, y, z) stands for the affine point (x / z**2, y / z**3). One accumulator is
mutated in place: double it, add affine points to it. Every case is handled, equal
and opposite points and infinity too; no point may have order 2.
"""

from zkos.guest.crypto.field import Field
from zkos.lang.ints import U256


class JacobianPoint:
    """An accumulator on a curve over `field`."""

    field: Field
    minus_three: bool
    """Whether the coefficient a is -3, not 0."""
    infinite: bool
    x: U256
    y: U256
    z: U256

    def __init__(self, field: Field, minus_three: bool) -> None:
        self.field = field
        self.minus_three = minus_three
        self.infinite = True
        self.x = U256(0)
        self.y = U256(0)
        self.z = U256(0)

    def set_affine(self, x: U256, y: U256) -> None:
        """Become the point with these affine coordinates."""
        self.x = x
        self.y = y
        self.z = self.field.one
        self.infinite = False

    def double(self) -> None:
        """Become twice the point."""
        if self.infinite:
            return
        field = self.field
        # Copies pay: the compiler would copy a member for every call it goes to.
        x = self.x
        y = self.y
        if self.minus_three:
            z_squared = field.mul(self.z, self.z)
            base = field.mul(field.sub(x, z_squared), field.add(x, z_squared))
        else:
            base = field.mul(x, x)
        # Half the textbook's slope gives half its z, and no small multiples.
        slope = field.add(base, field.halve(base))
        y_squared = field.mul(y, y)
        product = field.mul(x, y_squared)
        self.z = field.mul(y, self.z)
        x = field.sub(field.sub(field.mul(slope, slope), product), product)
        self.x = x
        rise = field.mul(slope, field.sub(product, x))
        self.y = field.sub(rise, field.mul(y_squared, y_squared))

    def add_entry(self, x: U256, y: U256, negative: bool) -> None:
        """Add the point with these affine coordinates, or its opposite."""
        if negative:
            y = self.field.modulus.wrapping_sub(y)
        if self.infinite:
            self.set_affine(x, y)
        else:
            self._add(x, y, self.z)

    def add_unscaled(self, x: U256, y: U256, negative: bool, scale: U256) -> None:
        """Add a point of the original curve to an accumulator on a scaled one.

        The accumulator holds (x * scale**2, y * scale**3) of its points.
        """
        field = self.field
        if negative:
            y = field.modulus.wrapping_sub(y)
        if self.infinite:
            square = field.mul(scale, scale)
            self.set_affine(
                field.mul(x, square), field.mul(y, field.mul(square, scale))
            )
        else:
            self._add(x, y, field.mul(self.z, scale))

    def _add(self, x: U256, y: U256, z: U256) -> None:
        """Add (x, y), seen with `z` as the accumulator's z."""
        field = self.field
        old_x = self.x
        old_y = self.y
        z_squared = field.mul(z, z)
        run = field.sub(field.mul(x, z_squared), old_x)
        rise = field.sub(field.mul(y, field.mul(z_squared, z)), old_y)
        if run.word(0) == 0 and run == 0:
            if rise == 0:
                self.double()
            else:
                self.infinite = True
            return
        run_squared = field.mul(run, run)
        run_cubed = field.mul(run_squared, run)
        base = field.mul(old_x, run_squared)
        new_x = field.sub(field.mul(rise, rise), run_cubed)
        new_x = field.sub(field.sub(new_x, base), base)
        fall = field.mul(old_y, run_cubed)
        self.x = new_x
        self.y = field.sub(field.mul(rise, field.sub(base, new_x)), fall)
        self.z = field.mul(self.z, run)

    def affine_scaled(self, scale: U256) -> tuple[U256, U256]:
        """Affine coordinates on the original curve, see `add_unscaled`."""
        field = self.field
        inverse = field.invert(field.mul(self.z, scale))
        square = field.mul(inverse, inverse)
        x = field.mul(self.x, square)
        return x, field.mul(self.y, field.mul(square, inverse))
