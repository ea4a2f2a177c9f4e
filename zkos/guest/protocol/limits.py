"""Limits of the protocol (bootloader spec 2, oracle spec 2.1)."""

from typing import Final

from zkos.lang.ints import U32, U64

TRANSACTION_BYTES: Final = U32(1 << 23)
RETURN_MEMORY_BYTES: Final = U32(1 << 27)
"""Return data of one interaction, all calls together."""
HEAP_BYTES: Final = U32(1 << 27)
"""Memory of all EVM frames of one interaction together; strictly less is used."""
CODE_BYTES: Final = U32(24576)
INITCODE_BYTES: Final = U32(49152)
BLOCK_GAS: Final = U64(0x00FFFFFFFFFFFFFF)
NATIVE_COMPUTATIONAL: Final = U64(1 << 36)
"""The most native a transaction may compute with; the rest only pays for pubdata."""
