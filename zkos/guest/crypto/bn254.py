"""The precompiles on bn254: addition, multiplication (EIP-196), pairing (EIP-197).

Inputs have full length here; padding and prices are the hooks'. Numbers are 32
bytes big-endian, infinity is the point (0, 0), and elements of Fp2 come with the
imaginary part first.
"""

from typing import Final

from zkos.guest.crypto.bn254_constants import CURVE_B
from zkos.guest.crypto.bn254_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.guest.crypto.bn254_fp6 import Fp6Field
from zkos.guest.crypto.bn254_pairing import Pairing
from zkos.guest.crypto.bn254_twist import Twist
from zkos.guest.crypto.field import Field
from zkos.guest.crypto.field_digits import SignedDigits, clear, positions
from zkos.guest.crypto.field_jacobian import JacobianPoint
from zkos.guest.crypto.field_multiples import OddMultiples
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView

WINDOW: Final = U32(5)


class Bn254:
    """The three functions; made once, it keeps tables and accumulators."""

    field: Field
    twist: Twist
    pairs: Pairing
    sum: JacobianPoint
    multiples: OddMultiples
    digits: SignedDigits
    x: U256
    """The point read last, in Montgomery form."""
    y: U256
    twist_x: Fp2
    twist_y: Fp2

    def __init__(self) -> None:
        fp2 = Fp2Field()
        self.field = fp2.base
        self.twist = Twist(fp2)
        self.pairs = Pairing(Fp6Field(fp2))
        self.sum = JacobianPoint(fp2.base, False)
        self.multiples = OddMultiples(fp2.base, False, U32(8))
        self.digits = SignedDigits(positions(U32(256)), WINDOW, U32(0))
        self.x = U256(0)
        self.y = U256(0)
        self.twist_x = fp2_zero()
        self.twist_y = fp2_zero()

    def add(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write the sum of two points (128 bytes) to the 64 bytes of `out`.

        False, and nothing written, if a point is invalid.
        """
        if not self._read_point(input.window(0, 64)):
            return False
        total = self.sum
        total.infinite = True
        self._add_point()
        if not self._read_point(input.window(64, 64)):
            return False
        self._add_point()
        self._write_sum(self.field.one, out)
        return True

    def mul(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write a point times a number (64 and 32 bytes) to the 64 bytes of `out`.

        False, and nothing written, if the point is invalid.
        """
        if not self._read_point(input.window(0, 64)):
            return False
        total = self.sum
        total.infinite = True
        if self.x == 0 and self.y == 0:
            self._write_sum(self.field.one, out)
            return True
        multiples = self.multiples
        multiples.fill(self.x, self.y)
        digits = self.digits.digits
        clear(digits)
        position = self.digits.fill(input.load_u256_be(64), False)
        while position != 0:
            position = position.wrapping_sub(1)
            total.double()
            digit = digits[position]
            if digit != 0:
                x = multiples.x[digit >> 2]
                total.add_entry(x, multiples.y[digit >> 2], digit & 1 == 1)
        self._write_sum(multiples.scale, out)
        return True

    def pairing(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write whether the product of pairings is 1 as 32 bytes to `out`.

        A pair is 192 bytes: a point, and one of the twist's subgroup. False, and
        nothing written, if a point is invalid or the length no whole number.
        """
        pairs = self.pairs
        pairs.begin()
        offset = U32(0)
        length = input.length()
        while offset != length:
            if length.wrapping_sub(offset) < 192:
                return False
            first = self._read_point(input.window(offset, 64))
            twist_offset = offset.wrapping_add(64)
            second = self._read_twist_point(input.window(twist_offset, 128))
            if not (first and second):
                return False
            offset = offset.wrapping_add(192)
            if self.x == 0 and self.y == 0:
                continue
            if self.twist_x.is_zero() and self.twist_y.is_zero():
                continue
            pair = pairs.next_pair()
            pair.x = self.x
            pair.y = self.y
            pair.twist_x.copy_from(self.twist_x)
            pair.twist_y.copy_from(self.twist_y)
        out.store_u256_be(0, U256(1) if pairs.product_is_one() else U256(0))
        return True

    def _read_point(self, data: ByteView) -> bool:
        """Set `x` and `y` from 64 bytes; whether they are a point."""
        field = self.field
        x = data.load_u256_be(0)
        y = data.load_u256_be(32)
        if x >= field.modulus or y >= field.modulus:
            return False
        x = field.enter(x)
        y = field.enter(y)
        self.x = x
        self.y = y
        if x == 0 and y == 0:
            return True
        square = field.add(field.mul(field.mul(x, x), x), CURVE_B)
        return field.mul(y, y) == square

    def _read_twist_point(self, data: ByteView) -> bool:
        """Set `twist_x` and `twist_y`; whether they are a point of the subgroup."""
        x = self.twist_x
        y = self.twist_y
        if not (self._read_fp2(x, data, U32(0)) and self._read_fp2(y, data, U32(64))):
            return False
        if x.is_zero() and y.is_zero():
            return True
        return self.twist.contains(x, y) and self.twist.in_subgroup(x, y)

    def _read_fp2(self, out: Fp2, data: ByteView, offset: U32) -> bool:
        field = self.field
        imaginary = data.load_u256_be(offset)
        real = data.load_u256_be(offset.wrapping_add(32))
        if imaginary >= field.modulus or real >= field.modulus:
            return False
        out.c0 = field.enter(real)
        out.c1 = field.enter(imaginary)
        return True

    def _add_point(self) -> None:
        """Add the point read last to the sum."""
        if not (self.x == 0 and self.y == 0):
            self.sum.add_entry(self.x, self.y, False)

    def _write_sum(self, scale: U256, out: ByteView) -> None:
        """Write the sum's affine coordinates, see `JacobianPoint.affine_scaled`."""
        if self.sum.infinite:
            out.fill(0)
            return
        x, y = self.sum.affine_scaled(scale)
        out.store_u256_be(0, self.field.leave(x))
        out.store_u256_be(32, self.field.leave(y))
