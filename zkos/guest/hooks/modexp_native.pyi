"""What modular exponentiation costs in native (system spec 5).

A seam: versions estimate its work in other ways.
"""

from zkos.lang.ints import U64, U256
from zkos.lang.memory import ByteView

def native_price(
    data: ByteView, base: U64, exponent: U64, modulus: U64, head: U256
) -> U64:
    """Native for operands of these lengths, which lie in `data` one after another.

    `head` is the first 32 bytes of the exponent as a number, or all of a shorter one.
    Raises OutOfErgs if no gas limit could pay it.
    """
