"""The price of modular exponentiation in gas (EIP-2565)."""

from typing import Final

from zkos.guest.system.errors import OutOfErgs
from zkos.lang.ints import U64, U256

GAS_MINIMUM: Final = U64(200)
MAX_PAYABLE_GAS: Final = U64(0x00FF_FFFF_FFFF_FFFF)
HEAD_BYTES: Final = U64(32)
"""Leading bytes of the exponent whose value counts in the price."""


def price(base: U64, exponent: U64, modulus: U64, head: U256) -> U64:
    """Gas of EIP-2565; raises OutOfErgs when no gas limit could pay it."""
    longest = base if base > modulus else modulus
    words = (longest + 7) >> 3
    complexity = words * words
    iterations = U64(0)
    if exponent > HEAD_BYTES:
        iterations = (exponent - HEAD_BYTES) << 3
    if head != 0:
        iterations = iterations + U64(head.bit_length()) - 1
    if iterations == 0:
        iterations = U64(1)
    product, overflow = complexity.overflowing_mul(iterations)
    gas = product // 3
    if overflow or gas > MAX_PAYABLE_GAS:
        raise OutOfErgs
    if gas < GAS_MINIMUM:
        return GAS_MINIMUM
    return gas
