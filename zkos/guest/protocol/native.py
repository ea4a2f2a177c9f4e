"""Native prices of IO, hashing and preimages (system spec 3).

Opcode prices are in `evm_native`. A native unit approximates one RV32 cycle, with
delegations weighted; see system spec 1.
"""

from typing import Final

from zkos.lang.ints import U32, U64

NATIVE_SLOT_WARM: Final = U64(4000)
NATIVE_SLOT_COLD: Final = U64(121120)
NATIVE_SLOT_COLD_NEW: Final = U64(242240)
"""Cold access to a slot that is not in the tree: two leaves to prove."""
NATIVE_SLOT_WRITE: Final = U64(50560)
NATIVE_SLOT_WRITE_UNSET: Final = U64(120800)

NATIVE_TRANSIENT: Final = U64(4000)

NATIVE_ACCOUNT_TOUCH: Final = U64(4000)
NATIVE_ACCOUNT_UPDATE: Final = U64(1000)
NATIVE_CODE_RECORD: Final = U64(500)

NATIVE_PREIMAGE_CACHED: Final = U64(500)
NATIVE_PREIMAGE_HASH: Final = U64(800)
NATIVE_PREIMAGE_HASH_BLOCK: Final = U64(340)
"""For each started 64-byte block of a preimage that is hashed."""

NATIVE_EVENT: Final = U64(6000)
NATIVE_EVENT_TOPIC: Final = U64(200)
NATIVE_EVENT_BYTE: Final = U64(2)

NATIVE_KECCAK: Final = U64(2500)
NATIVE_KECCAK_BLOCK: Final = U64(17500)
KECCAK_BLOCK_BYTES: Final = U32(136)
NATIVE_MESSAGE_HASHES: Final = U64(80_000)
"""The log of a message and three nodes of the log tree: K(88) + 3 * K(64)."""


def keccak_native(length_bytes: U32) -> U64:
    """The price K(n) of one keccak-256 (system spec 3.7)."""
    whole = length_bytes // KECCAK_BLOCK_BYTES
    if length_bytes == 0 or whole * KECCAK_BLOCK_BYTES != length_bytes:
        whole = whole + 1
    return NATIVE_KECCAK + NATIVE_KECCAK_BLOCK * U64(whole)


def preimage_native(length_bytes: U32) -> U64:
    """The price of hashing a preimage with BLAKE2s (system spec 3.2)."""
    blocks = (U64(length_bytes) + 63) >> 6
    return NATIVE_PREIMAGE_HASH + NATIVE_PREIMAGE_HASH_BLOCK * blocks
