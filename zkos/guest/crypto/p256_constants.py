"""Parameters of the curve P-256 (FIPS 186-4, D.1.2.3) and a table of its generator."""

from typing import Final

from zkos.guest.crypto.field_tables import odd_multiples, to_montgomery
from zkos.lang.ints import U32, U256

PRIME: Final = U256(2**256 - 2**224 + 2**192 + 2**96 - 1)
PRIME_SQUARE_OF_RADIX: Final = U256(2**512 % int(PRIME))
ORDER: Final = U256(0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551)
ORDER_SQUARE_OF_RADIX: Final = U256(2**512 % int(ORDER))
CURVE_B: Final = to_montgomery(
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B, int(PRIME)
)
GENERATOR_WIDTH: Final = U32(7)
"""Window of the digits that select from the generator's table."""
_GENERATOR: Final = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_TABLE: Final = odd_multiples(
    _GENERATOR, 2 ** (int(GENERATOR_WIDTH) - 2), int(PRIME), -3
)
GENERATOR_X: Final = _TABLE[0]
GENERATOR_Y: Final = _TABLE[1]
