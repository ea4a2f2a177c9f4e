"""Transaction types, intrinsic costs and limits (bootloader spec 2, transactions 1)."""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U8, U32, U64, U256

TYPE_LEGACY: Final = U32(0x00)
TYPE_EIP2930: Final = U32(0x01)
TYPE_EIP1559: Final = U32(0x02)
TYPE_EIP7702: Final = U32(0x04)
TYPE_SERVICE: Final = U32(0x7D)
"""Calls of the operator to system contracts, since v31."""
SERVICE_IS_FREE: Final = since(VERSION, {30: False, 31: True})
"""Whether there are transactions without a price of gas, of which nothing is burnt."""
TYPE_UPGRADE: Final = U32(0x7E)
TYPE_L1: Final = U32(0x7F)

GAS_INTRINSIC_L2: Final = U64(since(VERSION, {30: 18_000, 31: 21_000}))
"""In v30 the signature's 3000 are charged by its recovery."""
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
GAS_LEAST: Final = U64(since(VERSION, {30: 0, 31: 21_000}))
"""What a transaction pays whatever is refunded, unless its limit is lower."""
GAS_TOKEN_FLOOR: Final = U64(10)
"""What a token of calldata adds to that, where EIP-7623 holds."""
TOKENS_NON_ZERO_EXTRA: Final = U64(3)
"""A zero byte of calldata is one token, another four."""
NATIVE_INTRINSIC_L2: Final = U64(since(VERSION, {30: 30_000, 31: 922_240, 32: 795_192}))
"""Since v31 all that validation and payment can cost; since v32 if gas is not free."""
NATIVE_INTRINSIC_FREE: Final = U64(
    since(VERSION, {30: 30_000, 31: 922_240, 32: 1_158_552})
)
"""The same where gas is free, so that the sender may be new."""
NATIVE_INTRINSIC_L1: Final = U64(
    since(VERSION, {30: 130_000, 31: 2_875_420, 32: 3_297_816})
)
NATIVE_CALLDATA_BYTE_L2: Final = U64(since(VERSION, {30: 1, 31: 259, 32: 60}))
"""Since v31 with two hashes of the transaction, at 129 a byte, since v32 at 29."""
NATIVE_CALLDATA_BYTE_L1: Final = U64(since(VERSION, {30: 1, 32: 2}))
NATIVE_UNLIMITED: Final = U64(
    since(VERSION, {30: 0xFFFF_FFFF_FFFF_FFFF, 31: 0xFFFF_FFFF_FFFF_FFFE})
)
"""What a transaction may use whose gas is free."""
PUBDATA_INTRINSIC_L2: Final = U64(since(VERSION, {30: 65, 31: 167}))
"""In bytes; the diff of the coinbase, since v31 the sender's too."""
PUBDATA_INTRINSIC_L1: Final = U64(since(VERSION, {30: 153, 31: 351}))
"""In bytes; the log of the result and the diff of the coinbase, since v31 those of
treasury, refund recipient and asset tracker too."""
VALIDATION_PUBDATA_IS_INTRINSIC: Final = since(VERSION, {30: False, 31: True})
"""Whether what validation changes is paid for by the intrinsic pubdata."""
SHORT_OF_PUBDATA_TAKES_GAS: Final = since(VERSION, {30: False, 31: True})
"""Whether a transaction that cannot pay its pubdata loses the gas it has left."""

NATIVE_PRICE_L1: Final = U256(10)
NATIVE_PER_GAS_UPGRADE: Final = U256(since(VERSION, {30: 10_000, 32: 100_000_000}))
L1_NATIVE_IS_FIXED: Final = since(VERSION, {30: False, 32: True})
"""Whether a gas of any transaction from L1 buys as much native as one of an upgrade."""
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
