"""Modular exponentiation pays native by its gas (v30: system spec 5).

At a flat rate, of the price for a modulus of whole words.
"""

from typing import Final

from zkos.guest.hooks.modexp_gas import price
from zkos.lang.ints import U64, U256
from zkos.lang.memory import ByteView

NATIVE_PER_GAS: Final = U64(300)


def native_price(
    data: ByteView, base: U64, exponent: U64, modulus: U64, head: U256
) -> U64:
    """Native, saturated; raises OutOfErgs as `price` for the rounded modulus."""
    rounded = ((modulus + 31) >> 5) << 5
    return price(base, exponent, rounded, head).saturating_mul(NATIVE_PER_GAS)
