"""Limits of the protocol (bootloader spec 2)."""

from typing import Final

from zkos.lang.ints import U32, U64

BLOCK_GAS: Final = U64(0x00FFFFFFFFFFFFFF)
"""The highest gas limit of a block, whose ergs just fit 64 bits."""
NATIVE_COMPUTATIONAL: Final = U64(1 << 35)
"""The most native that a transaction may compute with, and all of a block together;
what a transaction has beyond only pays for pubdata."""
BLOCK_LOGS: Final = U32(16384)
"""L2 to L1 logs of a block; as many as their tree has leaves."""
CODE_BYTES: Final = U32(24576)
"""Of a deployed contract (EIP-170)."""
INITCODE_BYTES: Final = U32(49152)
"""EIP-3860."""
RETURN_MEMORY_BYTES: Final = U32(1 << 27)
"""Return data of one interaction, all calls together."""
