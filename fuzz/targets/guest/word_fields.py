"""Fields on 256-bit words as plain functions; guest code, compiled by fuzz targets.

Elements are big-endian words in Montgomery form, operations numbers of
`fuzz.targets.fields`. `place` is where the result of a record goes: 1 is over the left
operand, 2 over the right one, anything else elsewhere.
"""

from zkos.guest.crypto.bn254_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.guest.crypto.field import Field
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView


def word_field(
    operation: U32, modulus: U256, square_of_radix: U256, x: U256, y: U256
) -> U256:
    """An operation modulo a prime."""
    field = Field(modulus, square_of_radix)
    match operation:
        case 0:
            return field.add(x, y)
        case 1:
            return field.sub(x, y)
        case 2:
            return field.mul(x, y)
        case 3:
            return field.halve(x)
        case 4:
            return field.negate(x)
        case 5:
            return field.invert(x)
        case 6:
            return field.enter(x)
        case _:
            return field.leave(x)


def bn254_fp2(
    operation: U32, place: U32, left: ByteView, right: ByteView, out: ByteView
) -> None:
    """An operation in the field of the twist."""
    field = Fp2Field()
    x = Fp2(left.load_u256_be(0), left.load_u256_be(32))
    y = Fp2(right.load_u256_be(0), right.load_u256_be(32))
    result = fp2_zero()
    if place == 1:
        result = x
    if place == 2:
        result = y
    match operation:
        case 0:
            field.add(result, x, y)
        case 1:
            field.sub(result, x, y)
        case 2:
            field.mul(result, x, y)
        case 3:
            field.square(result, x)
        case 4:
            field.negate(result, x)
        case 5:
            field.invert(result, x)
        case 6:
            field.mul_xi(result, x)
        case 7:
            field.conjugate(result, x)
        case 8:
            field.halve(result, x)
        case 9:
            field.triple(result, x)
        case _:
            field.scale(result, x, y.c0)
    out.store_u256_be(0, result.c0)
    out.store_u256_be(32, result.c1)
