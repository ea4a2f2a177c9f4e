"""Parameters of secp256k1 (SEC 2, 2.4.1) and tables of its generator."""

from typing import Final

from zkos.guest.crypto.field_tables import multiply_point, odd_multiples, to_montgomery
from zkos.lang.ints import U32, U256

PRIME: Final = U256(2**256 - 2**32 - 977)
PRIME_SQUARE_OF_RADIX: Final = U256(2**512 % int(PRIME))
ORDER: Final = U256(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141)
ORDER_SQUARE_OF_RADIX: Final = U256(2**512 % int(ORDER))
CURVE_B: Final = to_montgomery(7, int(PRIME))

GENERATOR_WIDTH: Final = U32(9)
"""Window of the digits that select from the generator's tables."""
_GENERATOR: Final = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
_COUNT: Final = 2 ** (int(GENERATOR_WIDTH) - 2)
_SHIFTED: Final = multiply_point(_GENERATOR, 2**128, int(PRIME), 0)
_TABLE: Final = odd_multiples(_GENERATOR, _COUNT, int(PRIME), 0)
_SHIFTED_TABLE: Final = odd_multiples(_SHIFTED, _COUNT, int(PRIME), 0)
GENERATOR_X: Final = _TABLE[0]
GENERATOR_Y: Final = _TABLE[1]
SHIFTED_X: Final = _SHIFTED_TABLE[0]
"""The same for 2**128 times the generator."""
SHIFTED_Y: Final = _SHIFTED_TABLE[1]

# The endomorphism (x, y) -> (beta x, y) is multiplication by lambda, a cube root
# of one modulo the order. (A1, -B1) and (A2, A1) span the lattice of all (i, j)
# with i + lambda j = 0: Gallant, Lambert, Vanstone, 2001.
BETA: Final = to_montgomery(
    0x7AE96A2B657C07106E64479EAC3434E99CF0497512F58995C1396C28719501EE, int(PRIME)
)
LATTICE_A1: Final = U256(0x3086D221A7D46BCDE86C90E49284EB15)
LATTICE_MINUS_B1: Final = U256(0xE4437ED6010E88286F547FA90ABFE4C3)
LATTICE_A2: Final = U256(0x114CA50F7A8E2F3F657C1108D9D44CFD8)
# Multiplied by a scalar and shifted by 384 bits they give its coordinates.
COORDINATE_1: Final = U256((int(LATTICE_A1) * 2**384 + int(ORDER) // 2) // int(ORDER))
COORDINATE_2: Final = U256(
    (int(LATTICE_MINUS_B1) * 2**384 + int(ORDER) // 2) // int(ORDER)
)
HALF_COORDINATE: Final = U256(2**127)
HALF_SHIFT: Final = U256(2**128)
HALF_SCALAR_BITS: Final = U32(129)
"""Both parts of a split scalar are below 2**129."""
