"""Transaction types, intrinsic costs and limits (bootloader spec 2, transactions 1)."""

from typing import Final

from zkos.lang.ints import U8, U32, U64, U256

TYPE_LEGACY: Final = U32(0x00)
TYPE_EIP2930: Final = U32(0x01)
TYPE_EIP1559: Final = U32(0x02)
TYPE_EIP7702: Final = U32(0x04)
TYPE_UPGRADE: Final = U32(0x7E)
TYPE_L1: Final = U32(0x7F)

GAS_INTRINSIC_L2: Final = U64(18_000)
"""The signature's 3000 are charged by its recovery."""
GAS_INTRINSIC_L1: Final = U64(21_000)
GAS_CALLDATA_BYTE: Final = U64(4)
GAS_CALLDATA_NON_ZERO_EXTRA: Final = U64(12)
GAS_CREATION: Final = U64(32_000)
GAS_INITCODE_WORD: Final = U64(2)
GAS_AUTHORIZATION: Final = U64(25_000)
REFUND_AUTHORIZATION: Final = U32(12_500)
"""Of the price of an authorization, if its authority exists (EIP-7702)."""
REFUND_SHARE: Final = U64(5)
"""At most one part in so many of the gas used is refunded (EIP-3529)."""
NATIVE_INTRINSIC_L2: Final = U64(30_000)
NATIVE_INTRINSIC_L1: Final = U64(130_000)
NATIVE_CALLDATA_BYTE: Final = U64(1)
PUBDATA_INTRINSIC_L2: Final = U64(65)
"""In bytes; the diff of the coinbase."""
PUBDATA_INTRINSIC_L1: Final = U64(153)
"""In bytes; the same and the log of the result."""

NATIVE_PRICE_L1: Final = U256(10)
NATIVE_PER_GAS_UPGRADE: Final = U256(10_000)
NATIVE_PER_GAS_SIMULATION: Final = U256(100)

HALF_CURVE_ORDER: Final = U256(
    0x7FFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_5D576E73_57A4501D_DFE92F46_681B20A0
)
"""Highest `s` of a signature (EIP-2)."""
V_UNPROTECTED: Final = U256(27)
"""First of the two `v` of a legacy signature that names no chain."""
V_PROTECTED: Final = U256(35)
"""The same plus twice the chain id, of one that does (EIP-155)."""
AUTHORIZATION_MAGIC: Final = U8(0x05)
"""First byte of what an authorization signs (EIP-7702)."""
