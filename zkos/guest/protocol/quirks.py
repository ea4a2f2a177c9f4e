"""Upstream's faults against the EVM or against safety, one bit each.

Corrected by default and reproduced only in runs with `OPTION_QUIRKS_UPSTREAM`, where
the outcome must be upstream's to the bit. Conventions of the protocol that merely
look odd are not here: they are followed always.
"""

from typing import Final

from zkos.lang.ints import U32

QUIRK_SHIFT_LOW_WORD: Final = U32(1)
"""SHL and SHR reduce amounts below 2**64 to their low 32 bits (EVM spec 6.1)."""
QUIRK_EMPTY_KECCAK_OFFSET: Final = U32(2)
"""KECCAK256 of length 0 halts for offsets of 2**32 and more (EVM spec 6.2)."""
QUIRK_TRANSACTION_ABORTS_BLOCK: Final = U32(4)
"""A transaction may end the whole block (bootloader spec 11)."""
QUIRK_WIPES_AGAIN: Final = U32(8)
"""A destroyed account is wiped by every later transaction of the block that touches
it (system spec 3.5)."""
QUIRK_BELIEVES_HOST: Final = U32(16)
"""Two answers about slots go unproven: the value of a slot that has no leaf, and all
about a slot whose cold access cannot be paid (oracle spec 3 and 4)."""
QUIRK_BURNS_FEE: Final = U32(32)
"""A fee for which the bootloader's account has no room is taken from the sender and
lost, and the transaction dropped as if the sender could not pay."""
QUIRK_NO_OUTPUT_WHEN_FULL: Final = U32(64)
"""A hook called when the return data buffer is exactly full succeeds without
output, where one byte less of room left would end the block."""
QUIRK_SPARES_UNDER_CONSTRUCTION: Final = U32(128)
"""SELFDESTRUCT ends an account under construction only if the constructor itself
executes it, not code that it delegates to (system spec 3.5, EIP-6780)."""
QUIRKS_UPSTREAM: Final = U32(255)
