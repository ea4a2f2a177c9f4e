"""Verification of ECDSA signatures on P-256 (RIP-7212)."""

from typing import Final

from zkos.guest.crypto.field import Field
from zkos.guest.crypto.field_digits import SignedDigits, clear, positions
from zkos.guest.crypto.field_inverse import invert
from zkos.guest.crypto.field_jacobian import JacobianPoint
from zkos.guest.crypto.field_multiples import OddMultiples
from zkos.guest.crypto.p256_constants import (
    CURVE_B,
    GENERATOR_WIDTH,
    GENERATOR_X,
    GENERATOR_Y,
    ORDER,
    ORDER_SQUARE_OF_RADIX,
    PRIME,
    PRIME_SQUARE_OF_RADIX,
)
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView

POINT_WIDTH: Final = U32(5)
INPUT_BYTES: Final = U32(160)


class P256:
    """Verifies signatures; made once, it keeps tables and accumulators."""

    field: Field
    scalars: Field
    sum: JacobianPoint
    multiples: OddMultiples
    generator_digits: SignedDigits
    point_digits: SignedDigits

    def __init__(self) -> None:
        self.field = Field(PRIME, PRIME_SQUARE_OF_RADIX)
        self.scalars = Field(ORDER, ORDER_SQUARE_OF_RADIX)
        self.sum = JacobianPoint(self.field, True)
        self.multiples = OddMultiples(self.field, True, U32(8))
        digits = positions(U32(256))
        self.point_digits = SignedDigits(digits, POINT_WIDTH, U32(0))
        self.generator_digits = SignedDigits(digits, GENERATOR_WIDTH, POINT_WIDTH)

    def verify(self, input: ByteView) -> bool:  # noqa: A002
        """Whether the 160 bytes (digest, r, s, x, y) are a valid signature.

        False for any other length, numbers out of range and points off the curve.
        """
        if input.length() != INPUT_BYTES:
            return False
        scalars = self.scalars
        r = input.load_u256_be(32)
        s = input.load_u256_be(64)
        if r == 0 or r >= scalars.modulus or s == 0 or s >= scalars.modulus:
            return False
        if not self._read_key(input.load_u256_be(96), input.load_u256_be(128)):
            return False
        # One factor in Montgomery form: the products are plain numbers.
        factor = scalars.enter(invert(s, scalars.modulus))
        first = scalars.mul(input.load_u256_be(0), factor)
        self._sum_up(first, scalars.mul(r, factor))
        return not self.sum.infinite and self._has_abscissa(r)

    def _read_key(self, x: U256, y: U256) -> bool:
        """Fill the table of the public key; whether it is a point."""
        field = self.field
        if x >= field.modulus or y >= field.modulus:
            return False
        x = field.enter(x)
        y = field.enter(y)
        # x**3 - 3 x + b
        square = field.mul(field.mul(x, x), x)
        square = field.sub(field.sub(field.sub(square, x), x), x)
        if field.mul(y, y) != field.add(square, CURVE_B):
            return False
        self.multiples.fill(x, y)
        self.multiples.normalize()
        return True

    def _sum_up(self, first: U256, second: U256) -> None:
        """Set the sum to first * generator + second * key (Strauss)."""
        total = self.sum
        total.infinite = True
        digits = self.point_digits.digits
        clear(digits)
        points_x = self.multiples.x
        points_y = self.multiples.y
        position = self.generator_digits.fill(first, False)
        length = self.point_digits.fill(second, False)
        if length > position:
            position = length
        while position != 0:
            position = position.wrapping_sub(1)
            total.double()
            both = digits[position]
            if both == 0:
                continue
            digit = both & 31
            if digit != 0:
                x = points_x[digit >> 2]
                total.add_entry(x, points_y[digit >> 2], digit & 1 == 1)
            digit = both >> POINT_WIDTH
            if digit != 0:
                x = GENERATOR_X[digit >> 2]
                total.add_entry(x, GENERATOR_Y[digit >> 2], digit & 1 == 1)

    def _has_abscissa(self, r: U256) -> bool:
        """Whether the sum's x is r modulo the order, without division."""
        field = self.field
        square = field.mul(self.sum.z, self.sum.z)
        if field.mul(field.enter(r), square) == self.sum.x:
            return True
        other, over = r.overflowing_add(self.scalars.modulus)
        if over or other >= field.modulus:
            return False
        return field.mul(field.enter(other), square) == self.sum.x
