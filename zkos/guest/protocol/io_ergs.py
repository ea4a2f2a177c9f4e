"""Prices of IO in ergs, 256 a gas (system spec 3, 6; EIP-2929, EIP-2200, EIP-1153).

A cold access pays the warm price and then the extra of its kind. Refunds are in gas
(EIP-3529).
"""

from typing import Final

from zkos.guest.protocol.fork import FORK, NO_FORK, PRAGUE
from zkos.guest.protocol.version import since
from zkos.lang.ints import U32, U64

UNPAID_IS_UNSEEN: Final = since(FORK, {NO_FORK: False, PRAGUE: True})
"""Whether a slot whose cold access cannot be paid need not be proven."""
UNSEEN_IS_UNPROVEN: Final = since(FORK, {NO_FORK: False, PRAGUE: True})
"""Whether accounts and slots that are only made warm need not be proven, nor a
precompile that is only called."""
TARGET_NEEDS_CODE: Final = since(FORK, {NO_FORK: True, PRAGUE: False})
"""Whether a creation pays for the code that is at its address already."""

ERGS_SLOT_WARM: Final = U64(100 * 256)
ERGS_SLOT_COLD: Final = U64(2000 * 256)
ERGS_SLOT_LISTED: Final = U64(1900 * 256)
ERGS_SLOT_SET: Final = U64(19900 * 256)
ERGS_SLOT_RESET: Final = U64(2800 * 256)
ERGS_SLOT_COLD_WRITE: Final = U64(100 * 256)

REFUND_SLOT_CLEARED: Final = U32(4800)
"""A value set to 0; taken back when it is set again in the same transaction."""
REFUND_SLOT_UNSET: Final = U32(19900)
"""A value back at the 0 it had when the transaction started."""
REFUND_SLOT_RESTORED: Final = U32(2800)
"""The same of another value."""

ERGS_TRANSIENT: Final = U64(100 * 256)

ERGS_ACCOUNT_WARM: Final = U64(100 * 256)
ERGS_ACCOUNT_COLD: Final = U64(2500 * 256)
ERGS_ACCOUNT_LISTED: Final = U64(2400 * 256)
ERGS_DESTRUCT_COLD: Final = U64(2600 * 256)
"""A cold access by SELFDESTRUCT, whose warm price is nothing."""

ERGS_CODE_BYTE: Final = U64(200 * 256)
ERGS_FORCED_CODE_BYTE: Final = U64(50 * 256)
"""Of code that is set by its hash (system spec 6.3)."""

ERGS_EVENT: Final = U64(375 * 256)
ERGS_EVENT_TOPIC: Final = U64(375 * 256)
ERGS_EVENT_BYTE: Final = U64(8 * 256)

ERGS_KECCAK: Final = U64(30 * 256)
ERGS_KECCAK_WORD: Final = U64(6 * 256)

ERGS_SYSTEM_CONTRACT: Final = U64(100 * 256)
"""Entry of a system contract."""
ERGS_MESSAGE_HASHES: Final = U64((48 + 3 * 42) * 256)
"""The log of a message and three nodes of the log tree, by `keccak_ergs`."""


def keccak_ergs(length_bytes: U32) -> U64:
    """The price of one keccak-256 in ergs (system spec 5)."""
    words = (U64(length_bytes) + 31) >> 5
    return ERGS_KECCAK + ERGS_KECCAK_WORD * words


def event_ergs(topics: U32, length_bytes: U32) -> U64:
    """The price of an EVM log in ergs (system spec 3.7)."""
    ergs = ERGS_EVENT + ERGS_EVENT_TOPIC * U64(topics)
    return ergs + ERGS_EVENT_BYTE * U64(length_bytes)


def message_ergs(length_bytes: U32) -> U64:
    """What the messenger charges for a message before it is sent (system spec 6.1)."""
    ergs = ERGS_MESSAGE_HASHES + keccak_ergs(length_bytes)
    return ergs + event_ergs(U32(0), length_bytes)
