"""Sums of multiples in G1 of BLS12-381, by halves of scalars (Strauss).

With f the map of `bls381_g1`, f(P) = -u**2 P: a scalar a + b u**2 of P is a of P and
-b of f(P), and both have 128 bits (Gallant, Lambert and Vanstone, 2001).
"""

from typing import Final

from zkos.guest.crypto.bls381_constants import (
    GENERATOR_MULTIPLES,
    GENERATOR_WIDTH,
    PARAMETER_SQUARED,
)
from zkos.guest.crypto.bls381_g1 import G1, G1Point
from zkos.guest.crypto.field_digits import SignedDigits, clear, positions
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import List

HALF_BITS: Final = U32(128)
POINT_WIDTH: Final = U32(4)


class Multiples:
    """Odd multiples of a point and of its image, and a scalar's digits for them."""

    points: List[G1Point]
    images: List[G1Point]
    digits: SignedDigits
    image_digits: SignedDigits
    parameter_squared: U256

    def __init__(self, width: U32) -> None:
        self.points = List(G1Point)
        self.images = List(G1Point)
        for _ in urange(U32(1) << width.wrapping_sub(2)):
            self.points.append(G1Point())
            self.images.append(G1Point())
        self.digits = SignedDigits(positions(HALF_BITS), width, U32(0))
        self.image_digits = SignedDigits(positions(HALF_BITS), width, U32(0))
        self.parameter_squared = PARAMETER_SQUARED

    def fill_images(self, curve: G1) -> None:
        """Derive the images from the points."""
        for i in urange(self.points.length()):
            image = self.images[i]
            image.copy_from(self.points[i])
            curve.map(image)

    def split(self, scalar: U256, negative: bool) -> U32:
        """Take +-`scalar`, below the order; the number of digits."""
        upper = scalar // self.parameter_squared
        lower = scalar.wrapping_sub(upper.wrapping_mul(self.parameter_squared))
        clear(self.digits.digits)
        clear(self.image_digits.digits)
        length = self.digits.fill(lower, negative)
        image_length = self.image_digits.fill(upper, not negative)
        return length if length > image_length else image_length

    def add_digits(self, curve: G1, total: G1Point, position: U32) -> None:
        """Add what the digits at one position stand for."""
        digit = self.digits.digits[position]
        if digit != 0:
            curve.add(total, self.points[digit >> 2], digit & 1 == 1)
        digit = self.image_digits.digits[position]
        if digit != 0:
            curve.add(total, self.images[digit >> 2], digit & 1 == 1)


class Combination:
    """Computes scalar * point - scalar * generator; keeps the tables."""

    curve: G1
    generator: Multiples
    point: Multiples
    twice: G1Point

    def __init__(self, curve: G1) -> None:
        self.curve = curve
        self.generator = Multiples(GENERATOR_WIDTH)
        self.point = Multiples(POINT_WIDTH)
        self.twice = G1Point()
        points = self.generator.points
        for i in urange(points.length()):
            point = points[i]
            first = i << 2
            point.x.low = GENERATOR_MULTIPLES[first]
            point.x.high = GENERATOR_MULTIPLES[first.wrapping_add(1)]
            point.y.low = GENERATOR_MULTIPLES[first.wrapping_add(2)]
            point.y.high = GENERATOR_MULTIPLES[first.wrapping_add(3)]
            point.z.copy_from(curve.field.one)
        self.generator.fill_images(curve)

    def compute(self, total: G1Point, point: G1Point, factor: U256, less: U256) -> None:
        """Set `total`, another object, to factor * point - less * generator.

        For a point of G1 and scalars below the order.
        """
        curve = self.curve
        self._fill(point)
        position = self.point.split(factor, False)
        length = self.generator.split(less, True)
        if length > position:
            position = length
        total.z.set_zero()
        while position != 0:
            position = position.wrapping_sub(1)
            curve.double(total)
            self.point.add_digits(curve, total, position)
            self.generator.add_digits(curve, total, position)

    def _fill(self, point: G1Point) -> None:
        """Make the table of the point's odd multiples."""
        curve = self.curve
        points = self.point.points
        twice = self.twice
        twice.copy_from(point)
        curve.double(twice)
        points[0].copy_from(point)
        for i in urange(U32(1), points.length()):
            points[i].copy_from(points[i.wrapping_sub(1)])
            curve.add(points[i], twice, False)
        self.point.fill_images(curve)
