"""Limits of the protocol (bootloader spec 2)."""

from typing import Final

from zkos.lang.ints import U32, U64

BLOCK_GAS: Final = U64(0x00FFFFFFFFFFFFFF)
NATIVE_COMPUTATIONAL: Final = U64(1 << 36)
"""The most native a transaction may compute with; the rest only pays for pubdata."""
TRANSACTION_BYTES: Final = U32(1 << 23)
"""Of one encoded transaction."""
CODE_BYTES: Final = U32(24576)
"""Of a deployed contract (EIP-170)."""
INITCODE_BYTES: Final = U32(49152)
"""EIP-3860."""
RETURN_MEMORY_BYTES: Final = U32(1 << 27)
"""Return data of one interaction, all calls together."""
FRAME_MEMORY_BYTES: Final = U32(1 << 27)
"""Memory of all frames together stays strictly below (EVM spec 1)."""
