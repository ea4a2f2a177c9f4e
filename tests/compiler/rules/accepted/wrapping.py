"""Wrap-around, carries and saturation are spelled."""

from zkos.lang.ints import U32, U256


def run(a: U32, b: U32) -> U32:
    total, carry = a.overflowing_add(b)
    wide = (U256(a) << 224) | U256(b)
    product, over = wide.overflowing_mul(wide)
    high, borrow = wide.sub_borrow(product, carry)
    mixed = total.wrapping_mul(a).saturating_sub(b).rotate_left(7)
    if over or borrow:
        mixed = mixed.wrapping_neg()
    return mixed ^ high.word(3) ^ high.bit_length()
