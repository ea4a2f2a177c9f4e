"""Recovery of the signer of an ECDSA signature on secp256k1.

The public key is s/r R - digest/r G. Both scalars are halved, one by the curve's
endomorphism, one by a table of 2**128 G, so that 128 doublings serve four windowed
sums (Strauss). Used by transaction validation and the ecrecover precompile.
"""

from typing import Final

from zkos.guest.crypto.field import Field
from zkos.guest.crypto.field_digits import SignedDigits, clear, positions
from zkos.guest.crypto.field_inverse import invert
from zkos.guest.crypto.field_jacobian import JacobianPoint
from zkos.guest.crypto.field_multiples import OddMultiples
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.secp256k1_constants import (
    BETA,
    COORDINATE_1,
    COORDINATE_2,
    CURVE_B,
    GENERATOR_WIDTH,
    GENERATOR_X,
    GENERATOR_Y,
    HALF_COORDINATE,
    HALF_SCALAR_BITS,
    HALF_SHIFT,
    LATTICE_A1,
    LATTICE_A2,
    LATTICE_MINUS_B1,
    ORDER,
    ORDER_SQUARE_OF_RADIX,
    PRIME,
    PRIME_SQUARE_OF_RADIX,
    SHIFTED_X,
    SHIFTED_Y,
)
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256, Address
from zkos.lang.memory import Array

POINT_WIDTH: Final = U32(5)
POINT_MASK: Final = U32(31)
GENERATOR_MASK: Final = U32(511)


class Secp256k1:
    """Recovers signers; made once, it keeps tables and accumulators."""

    keccak: Keccak256
    half_shift: U256
    """2**128: a product with it is a shift by half the width."""
    field: Field
    scalars: Field
    sum: JacobianPoint
    multiples: OddMultiples
    images_x: Array[U256]
    """x of the endomorphism's images of `multiples`; y is the same."""
    digits: Array[U32]
    """Of all four scalars, as `SignedDigits` packs them."""
    low_digits: SignedDigits
    high_digits: SignedDigits
    point_digits: SignedDigits
    image_digits: SignedDigits

    def __init__(self, keccak: Keccak256) -> None:
        self.keccak = keccak
        self.half_shift = HALF_SHIFT
        self.field = Field(PRIME, PRIME_SQUARE_OF_RADIX)
        self.scalars = Field(ORDER, ORDER_SQUARE_OF_RADIX)
        self.sum = JacobianPoint(self.field, False)
        self.multiples = OddMultiples(self.field, False, U32(8))
        self.images_x = Array(U256, 8)
        digits = positions(HALF_SCALAR_BITS)
        self.digits = digits
        self.point_digits = SignedDigits(digits, POINT_WIDTH, U32(0))
        self.image_digits = SignedDigits(digits, POINT_WIDTH, U32(5))
        self.low_digits = SignedDigits(digits, GENERATOR_WIDTH, U32(10))
        self.high_digits = SignedDigits(digits, GENERATOR_WIDTH, U32(19))

    def recover(
        self, digest: U256, r: U256, s: U256, odd: bool
    ) -> tuple[bool, Address]:
        """The address that signed `digest`; False if there is none.

        `odd` is the parity of the y of R, whose x is r. High s are accepted.
        """
        if r == 0 or r >= self.scalars.modulus:
            return False, Address(0)
        if s == 0 or s >= self.scalars.modulus:
            return False, Address(0)
        field = self.field
        x = field.enter(r)
        square = field.add(field.mul(field.mul(x, x), x), CURVE_B)
        y = self._square_root(square)
        if field.mul(y, y) != square:
            return False, Address(0)
        if (field.leave(y).word(0) & 1 == 1) != odd:
            y = field.negate(y)
        multiples = self.multiples
        multiples.fill(x, y)
        for i in urange(multiples.count):
            self.images_x[i] = field.mul(multiples.x[i], BETA)
        self._sum_up(self._set_scalars(digest, r, s))
        if self.sum.infinite:
            return False, Address(0)
        key_x, key_y = self.sum.affine_scaled(multiples.scale)
        keccak = self.keccak
        keccak.reset()
        keccak.update_u256(field.leave(key_x))
        keccak.update_u256(field.leave(key_y))
        return True, Address.truncate(U256(keccak.finish()))

    def _set_scalars(self, digest: U256, r: U256, s: U256) -> U32:
        """Fill the digits of -digest/r and s/r; how many there are."""
        scalars = self.scalars
        clear(self.digits)
        factor = scalars.enter(invert(r, scalars.modulus))
        # One factor in Montgomery form: the product is a plain number.
        base_scalar = scalars.negate(scalars.mul(digest, factor))
        length = self._split_by_endomorphism(scalars.mul(s, factor))
        high = base_scalar.mul_high(self.half_shift)
        low = base_scalar.wrapping_sub(high.wrapping_mul(self.half_shift))
        length = _larger(length, self.low_digits.fill(low, False))
        return _larger(length, self.high_digits.fill(high, False))

    def _split_by_endomorphism(self, scalar: U256) -> U32:
        """Fill the digits of i, j with scalar = i + lambda j, about 128 bits each.

        Everything is exact modulo 2**256, and i and j are small numbers with sign.
        """
        shift = self.half_shift
        first = scalar.mul_high(COORDINATE_1).wrapping_add(HALF_COORDINATE)
        first = first.mul_high(shift)
        second = scalar.mul_high(COORDINATE_2).wrapping_add(HALF_COORDINATE)
        second = second.mul_high(shift)
        i = scalar.wrapping_sub(first.wrapping_mul(LATTICE_A1))
        i = i.wrapping_sub(second.wrapping_mul(LATTICE_A2))
        j = first.wrapping_mul(LATTICE_MINUS_B1)
        j = j.wrapping_sub(second.wrapping_mul(LATTICE_A1))
        length = _fill_signed(self.point_digits, i)
        return _larger(length, _fill_signed(self.image_digits, j))

    def _sum_up(self, length: U32) -> None:
        """Strauss: the sum of all four scalars times their points."""
        total = self.sum
        total.infinite = True
        scale = self.multiples.scale
        digits = self.digits
        points_x = self.multiples.x
        images_x = self.images_x
        points_y = self.multiples.y
        position = length
        while position != 0:
            position = position.wrapping_sub(1)
            total.double()
            packed = digits[position]
            if packed == 0:
                continue
            digit = packed & POINT_MASK
            if digit != 0:
                entry = digit >> 2
                total.add_entry(points_x[entry], points_y[entry], digit & 1 == 1)
            digit = (packed >> 5) & POINT_MASK
            if digit != 0:
                entry = digit >> 2
                total.add_entry(images_x[entry], points_y[entry], digit & 1 == 1)
            digit = (packed >> 10) & GENERATOR_MASK
            if digit != 0:
                x = GENERATOR_X[digit >> 2]
                total.add_unscaled(x, GENERATOR_Y[digit >> 2], digit & 1 == 1, scale)
            digit = packed >> 19
            if digit != 0:
                x = SHIFTED_X[digit >> 2]
                total.add_unscaled(x, SHIFTED_Y[digit >> 2], digit & 1 == 1, scale)

    def _square_root(self, x: U256) -> U256:
        """Raise x to (p + 1) / 4: a root if x is a square, as p is 3 modulo 4.

        The exponent is 223 ones, a zero, 22 ones, four zeros, two ones, two zeros.
        """
        field = self.field
        ones_2 = field.mul(field.power_of_two(x, U32(1)), x)
        ones_3 = field.mul(field.power_of_two(ones_2, U32(1)), x)
        ones_6 = field.mul(field.power_of_two(ones_3, U32(3)), ones_3)
        ones_9 = field.mul(field.power_of_two(ones_6, U32(3)), ones_3)
        ones_11 = field.mul(field.power_of_two(ones_9, U32(2)), ones_2)
        ones_22 = field.mul(field.power_of_two(ones_11, U32(11)), ones_11)
        ones_44 = field.mul(field.power_of_two(ones_22, U32(22)), ones_22)
        ones_88 = field.mul(field.power_of_two(ones_44, U32(44)), ones_44)
        ones_176 = field.mul(field.power_of_two(ones_88, U32(88)), ones_88)
        ones_220 = field.mul(field.power_of_two(ones_176, U32(44)), ones_44)
        ones_223 = field.mul(field.power_of_two(ones_220, U32(3)), ones_3)
        root = field.mul(field.power_of_two(ones_223, U32(23)), ones_22)
        root = field.mul(field.power_of_two(root, U32(6)), ones_2)
        return field.power_of_two(root, U32(2))


def _fill_signed(digits: SignedDigits, scalar: U256) -> U32:
    """Recode a number in two's complement."""
    if scalar.word(7) >> 31 == 1:
        return digits.fill(scalar.wrapping_neg(), True)
    return digits.fill(scalar, False)


def _larger(x: U32, y: U32) -> U32:
    return x if x > y else y
