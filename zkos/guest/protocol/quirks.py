"""Upstream's faults against the EVM or against safety, one bit each.

Corrected by default and reproduced only in runs with `OPTION_QUIRKS_UPSTREAM`, where
the outcome must be upstream's to the bit. Conventions of the protocol that merely
look odd are not here: they are followed always.
"""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U32

QUIRK_LAX_RLP_LENGTHS: Final = U32(1)
"""Length bytes of long RLP items may begin with zeros (transactions spec 2)."""
QUIRK_P256_IS_COLD: Final = U32(2)
"""The first access to 0x100 in a transaction costs as a cold one (EVM spec 6.11)."""
QUIRK_TRANSACTION_ABORTS_BLOCK: Final = U32(4)
"""A transaction may end the whole block (bootloader spec 11)."""
QUIRK_WARMS_REFUSED_CREATION: Final = U32(8)
"""The address of a creation is warm also if depth, balance or nonce refuse it (EVM
spec 4)."""
QUIRK_BELIEVES_HOST: Final = U32(16)
"""A slot whose cold access cannot be paid goes unproven (oracle spec 2)."""
QUIRK_SENDER_PAYS_TOUCHES: Final = U32(32)
"""A delegated sender, or one with empty code, pays 100 gas for each of three looks at
its account during validation (bootloader spec 5)."""
QUIRK_FORGETS_NATIVE: Final = U32(64)
"""An L2 transaction that ran out of native counts only its validation against the
block's limit (bootloader spec 3.1)."""
QUIRK_SPARES_UNDER_CONSTRUCTION: Final = U32(128)
"""SELFDESTRUCT ends an account under construction only if the constructor itself
executes it, not code that it delegates to (system spec 3.5, EIP-6780)."""
QUIRK_NATIVE_BEFORE_GAS: Final = U32(256)
"""What can pay neither its gas nor its native ends the transaction, not the frame
(system spec 1)."""
QUIRK_WRAPS_PUBDATA: Final = U32(512)
"""Pubdata that a reverted transaction cannot pay in full is taken from its native
modulo 2**64 (bootloader spec 4, refund)."""
QUIRKS_UPSTREAM: Final = U32(
    since(
        VERSION,
        {
            30: 1023,
            31: int(
                QUIRK_TRANSACTION_ABORTS_BLOCK
                | QUIRK_BELIEVES_HOST
                | QUIRK_SPARES_UNDER_CONSTRUCTION
                | QUIRK_WRAPS_PUBDATA
            ),
        },
    )
)
"""Those that a version has."""
OVERFLOW_ABORTS_BLOCK: Final = since(VERSION, {30: True, 31: False})
"""Whether a price of pubdata beyond its width is among what ends the block; otherwise
it cannot be paid."""
