"""Formal addresses (system spec 5, 6.4)."""

from typing import Final

from zkos.lang.ints import Address

ECRECOVER: Final = Address(1)
SHA256: Final = Address(2)
RIPEMD160: Final = Address(3)
IDENTITY: Final = Address(4)
MODEXP: Final = Address(5)
BN254_ADD: Final = Address(6)
BN254_MUL: Final = Address(7)
BN254_PAIRING: Final = Address(8)
BLAKE2F: Final = Address(9)
"""Only with OPTION_EXTRA_PRECOMPILES, as the next."""
POINT_EVALUATION: Final = Address(10)
HIGHEST_PRECOMPILE: Final = POINT_EVALUATION
"""Of those that are never cold, installed or not."""
P256_VERIFY: Final = Address(0x100)

BOOTLOADER: Final = Address(0x8001)
"""Sends the results of L1 transactions."""
ACCOUNT_PROPERTIES: Final = Address(0x8003)
CONTRACT_DEPLOYER: Final = Address(0x8006)
L1_MESSENGER: Final = Address(0x8008)
BASE_TOKEN: Final = Address(0x800A)
COMPLEX_UPGRADER: Final = Address(0x800F)
HIGHEST_SPECIAL: Final = Address(0xFFFF)
"""No hook is at a higher one."""
