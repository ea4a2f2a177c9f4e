"""Native prices of precompiles (system spec 5)."""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U64

NATIVE_ECRECOVER: Final = U64(since(VERSION, {30: 522_000, 32: 368_000}))
NATIVE_SHA256: Final = U64(1_600)
NATIVE_SHA256_BLOCK: Final = U64(4_200)
RIPEMD160_COSTS_LESS: Final = since(VERSION, {30: False, 32: True})
"""Whether RIPEMD-160 does not have the price of SHA2-256."""
NATIVE_RIPEMD160: Final = U64(800)
NATIVE_RIPEMD160_BLOCK: Final = U64(2_500)
NATIVE_BN254_ADD: Final = U64(since(VERSION, {30: 52_600, 32: 58_000}))
NATIVE_BN254_MUL: Final = U64(since(VERSION, {30: 764_000, 32: 811_000}))
NATIVE_PAIRING: Final = U64(since(VERSION, {30: 15_000_000, 32: 6_244_000}))
NATIVE_PAIRING_PAIR: Final = U64(since(VERSION, {30: 15_000_000, 32: 6_908_000}))
NATIVE_MODEXP: Final = U64(since(VERSION, {30: 200 * 300, 32: 20_000}))
"""Least price of a modular exponentiation."""
NATIVE_MODEXP_STEP: Final = U64(400)
"""Of a squaring or multiplication, and that of a product of digits of 256 bits."""
NATIVE_MODEXP_PRODUCT: Final = U64(340)
NATIVE_BLAKE2F: Final = U64(since(VERSION, {30: 20_000, 32: 1_584}))
NATIVE_BLAKE2F_ROUND: Final = U64(since(VERSION, {30: 3_000, 32: 673}))
"""Before v32 ours, a generous estimate of RV32 cycles: no system had it."""
