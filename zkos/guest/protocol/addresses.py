"""Formal addresses (system spec 6.4)."""

from typing import Final

from zkos.lang.ints import Address

BOOTLOADER: Final = Address(0x8001)
ACCOUNT_PROPERTIES: Final = Address(0x8003)
CONTRACT_DEPLOYER: Final = Address(0x8006)
L1_MESSENGER: Final = Address(0x8008)
BASE_TOKEN: Final = Address(0x800A)
COMPLEX_UPGRADER: Final = Address(0x800F)
WASM_DEPLOYER: Final = Address(0x9000)
HIGHEST_SPECIAL: Final = Address(0xFFFF)
HIGHEST_PRECOMPILE: Final = Address(10)
P256_VERIFY: Final = Address(0x100)
"""Only with OPTION_REAL_PRECOMPILES (RIP-7212)."""
