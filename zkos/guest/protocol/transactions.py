"""Transaction types, intrinsic costs and limits (bootloader spec 2, transactions 1)."""

from typing import Final

from zkos.lang.ints import U32, U64, U256

TYPE_LEGACY: Final = U32(0x00)
TYPE_EIP2930: Final = U32(0x01)
TYPE_EIP1559: Final = U32(0x02)
TYPE_EIP712: Final = U32(0x71)
TYPE_UPGRADE: Final = U32(0xFE)
TYPE_L1: Final = U32(0xFF)

GAS_INTRINSIC_L2: Final = U64(18_000)
"""The signature's 3000 are charged by its recovery."""
GAS_INTRINSIC_L1: Final = U64(11_000)
GAS_CALLDATA_BYTE: Final = U64(4)
GAS_CALLDATA_NON_ZERO_EXTRA: Final = U64(12)
GAS_DEPLOYMENT: Final = U64(32_000)
GAS_INITCODE_WORD: Final = U64(2)
NATIVE_INTRINSIC_L2: Final = U64(4_000)
NATIVE_INTRINSIC_L1: Final = U64(10_000)
PUBDATA_INTRINSIC_L1: Final = U64(88)

NATIVE_PRICE_L1: Final = U256(10)
NATIVE_PER_GAS_UPGRADE: Final = U256(10_000)
NATIVE_PER_GAS_SIMULATION: Final = U256(100)
GAS_PER_PUBDATA_DEFAULT: Final = U256(1)
"""What types without such a field accept at most."""

HALF_CURVE_ORDER: Final = U256(
    0x7FFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_5D576E73_57A4501D_DFE92F46_681B20A0
)
"""Highest `s` of a signature (EIP-2)."""
