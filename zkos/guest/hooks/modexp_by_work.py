"""Modular exponentiation pays native by its multiplications (v32 5.5)."""

from typing import Final

from zkos.guest.protocol.precompile_native import (
    NATIVE_MODEXP,
    NATIVE_MODEXP_PRODUCT,
    NATIVE_MODEXP_STEP,
)
from zkos.lang.control import srange
from zkos.lang.ints import U8, U64, U256
from zkos.lang.memory import ByteView

DIGIT_BYTES: Final = U64(32)


def native_price(
    data: ByteView, base: U64, exponent: U64, modulus: U64, head: U256
) -> U64:
    """Native, saturated: a square for each bit but the first, a product for each set.

    Bytes beyond the end of `data` are 0.
    """
    longest = base if base > modulus else modulus
    digits = (longest + DIGIT_BYTES - 1) // DIGIT_BYTES
    if digits == 0:
        digits = U64(1)
    bits = U64(0)
    ones = U64(0)
    place = base
    end = base + exponent
    length = U64(data.length())
    while place < end:
        value = U8(0)
        if place < length:
            value = data[place.word(0)]
        if bits != 0:
            bits = bits + 8
        else:
            bits = U64(value.bit_length())
        for shift in srange(8):
            ones = ones + U64((value >> shift) & 1)
        place = place + 1
        if place >= length and bits == 0:
            break
        if place >= length:
            bits = bits + ((end - place) << 3)
            break
    if bits == 0:
        return NATIVE_MODEXP
    steps = bits - 1 + ones - 1
    product = digits.saturating_mul(digits).saturating_mul(NATIVE_MODEXP_PRODUCT)
    work = product.saturating_add(NATIVE_MODEXP_STEP).saturating_mul(steps)
    return work.saturating_add(NATIVE_MODEXP)
