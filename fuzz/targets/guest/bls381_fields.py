"""Fields of BLS12-381 as plain functions; guest code, compiled by fuzz targets.

As `fuzz.targets.guest.word_fields`, with 64 bytes for each number.
"""

from zkos.guest.crypto.bls381_fp import Fp, FpField, fp_zero
from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView


def number(data: ByteView, start: U32) -> Fp:
    """The number at a place."""
    return Fp(data.load_u256_be(start + 32), data.load_u256_be(start))


def write(out: ByteView, start: U32, x: Fp) -> None:
    """Put a number at a place."""
    out.store_u256_be(start, x.high)
    out.store_u256_be(start + 32, x.low)


def bls381_fp(
    operation: U32, place: U32, left: ByteView, right: ByteView, out: ByteView
) -> bool:
    """An operation in the base field; False for the root of what has none."""
    field = FpField()
    x = number(left, U32(0))
    y = number(right, U32(0))
    result = fp_zero()
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
            field.double(result, x)
        case 7:
            field.halve(result, x)
        case 8:
            field.enter(result, x)
        case 9:
            field.leave(result, x)
        case 10:
            field.mul_add(result, x, y, x, x)
        case _:
            root = fp_zero()
            if not field.square_root(root, x):
                return False
            result = root
    write(out, U32(0), result)
    return True


def bls381_fp2(
    operation: U32, place: U32, left: ByteView, right: ByteView, out: ByteView
) -> None:
    """An operation in the field of the twist."""
    field = Fp2Field()
    x = Fp2(number(left, U32(0)), number(left, U32(64)))
    y = Fp2(number(right, U32(0)), number(right, U32(64)))
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
        case _:
            field.double(result, x)
    write(out, U32(0), result.c0)
    write(out, U32(64), result.c1)
