"""Prices of IO in ergs, 256 a gas (system spec 3; EIP-2929, EIP-2200, EIP-1153).

A cold access pays the warm price and then the extra of its kind.
"""

from typing import Final

from zkos.lang.ints import U64

ERGS_SLOT_WARM: Final = U64(100 * 256)
ERGS_SLOT_COLD: Final = U64(2000 * 256)
ERGS_SLOT_LISTED: Final = U64(1900 * 256)
ERGS_SLOT_SET: Final = U64(19900 * 256)
ERGS_SLOT_RESET: Final = U64(2800 * 256)
ERGS_SLOT_COLD_WRITE: Final = U64(100 * 256)

ERGS_TRANSIENT: Final = U64(100 * 256)

ERGS_ACCOUNT_WARM: Final = U64(100 * 256)
ERGS_ACCOUNT_COLD: Final = U64(2500 * 256)
ERGS_ACCOUNT_LISTED: Final = U64(2400 * 256)
ERGS_DESTRUCT_COLD: Final = U64(100 * 256)
"""Extra of a cold access by SELFDESTRUCT, whose warm price is nothing."""
ERGS_DESTRUCT_NEW_ACCOUNT: Final = U64(25000 * 256)

ERGS_CODE_BYTE: Final = U64(200 * 256)

ERGS_EVENT: Final = U64(375 * 256)
ERGS_EVENT_TOPIC: Final = U64(375 * 256)
ERGS_EVENT_BYTE: Final = U64(8 * 256)

ERGS_KECCAK: Final = U64(30 * 256)
ERGS_KECCAK_WORD: Final = U64(6 * 256)
