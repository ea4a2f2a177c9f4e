"""Limits of the system (bootloader spec 2)."""

from typing import Final

from zkos.lang.ints import U32

RETURN_MEMORY_BYTES: Final = U32(1 << 27)
"""Return data of one interaction, all calls together."""
CODE_BYTES: Final = U32(24576)
"""Of a deployed contract (EIP-170)."""
TRANSACTION_BYTES: Final = U32(1 << 23)
"""Of one encoded transaction."""
