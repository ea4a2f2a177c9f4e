"""Native prices of IO, hashing and preimages (system spec 3).

Opcode prices are in `evm_native`. A native unit approximates one RV32 cycle, with
delegations weighted; see system spec 1. No price wraps: operands are at most 32 bits.
"""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U32, U64

PATH: Final = 121_120
"""One way through the tree: 100,000 and 1320 rounds of BLAKE2s."""

NATIVE_SLOT_WARM: Final = U64(4000)
NATIVE_SLOT_COLD: Final = U64(PATH)
NATIVE_SLOT_COLD_UNSET: Final = U64(2 * PATH)
"""Cold access to a slot that is not in the tree: two leaves to prove."""
ABSENCE_IS_PAID_ONCE: Final = since(VERSION, {30: False, 32: True})
"""Whether what the tree lacks costs as such in a block only until that was paid."""
NATIVE_SLOT_WRITE: Final = U64(since(VERSION, {30: 50_560, 32: PATH}))
NATIVE_SLOT_WRITE_UNSET: Final = U64(since(VERSION, {30: 120_800, 32: 3 * PATH}))
NATIVE_SLOT_UPDATE: Final = U64(1000)
"""Of any write, changing or not, where those prices are of the first one only."""

NATIVE_TRANSIENT: Final = U64(4000)

NATIVE_ACCOUNT_WARM: Final = U64(4000)
NATIVE_ACCOUNT_COLD: Final = U64(4000 + PATH + 1980)
"""The hash in its slot and the 124 bytes behind it."""
NATIVE_ACCOUNT_COLD_UNSET: Final = U64(4000 + 2 * PATH)
NATIVE_ACCOUNT_UPDATE: Final = U64(1000)
ACCOUNT_CHANGES_ARE_PAID: Final = since(VERSION, {30: False, 32: True})
"""Whether the first change of an account in a transaction pays for its record."""
NATIVE_ACCOUNT_PERSIST: Final = U64(PATH + 1480)
"""The hash in its slot, once the 124 bytes are hashed."""
NATIVE_ACCOUNT_PERSIST_NEW: Final = U64(3 * PATH + 1480)
"""The same of an account that was not there when the block began, once a block."""

NATIVE_PREIMAGE_READ: Final = U64(500)
NATIVE_PREIMAGE_RECORD: Final = U64(500)
NATIVE_BLAKE2S: Final = U64(800)
NATIVE_BLAKE2S_BLOCK: Final = U64(340)
"""For each started block of 64 bytes."""

NATIVE_EVENT: Final = U64(6000)
NATIVE_EVENT_TOPIC: Final = U64(200)
NATIVE_EVENT_BYTE: Final = U64(2)
EVENTS_PAY_RECEIPTS: Final = since(VERSION, {30: False, 32: True})
"""Whether the price of an event has a part for the hash of the receipt."""
RECEIPT_EVENT_BYTES: Final = U64(41)
"""Of an event in a receipt: its address and the heads of lists."""
RECEIPT_TOPIC_BYTES: Final = U64(33)

KECCAK: Final = since(VERSION, {30: 2_500, 32: 1_150})
KECCAK_BLOCK: Final = since(VERSION, {30: 17_500, 32: 3_846})
NATIVE_KECCAK: Final = U64(KECCAK)
NATIVE_KECCAK_BLOCK: Final = U64(KECCAK_BLOCK)
KECCAK_BLOCK_BYTES: Final = U32(136)
PADDING_IS_PAID: Final = since(VERSION, {30: False, 32: True})
"""Whether bytes that fill their last block pay for the one of padding that follows."""
NATIVE_MESSAGE_HASHES: Final = U64(4 * (KECCAK + KECCAK_BLOCK))
"""The log of a message and three nodes of the log tree: K(88) + 3 * K(64)."""

NATIVE_INTEROP_ROOT: Final = U64(6_192 + KECCAK + KECCAK_BLOCK)
"""Of an event that adds a root: 6192 and the hash of 128 bytes."""
NATIVE_SETTLEMENT_LAYER: Final = U64(6_064)
"""Of an event that names the settlement layer."""

NATIVE_SYSTEM_CONTRACT: Final = U64(1000)
"""Entry of a system contract."""


def keccak_native(length_bytes: U32) -> U64:
    """The price K(n) of one keccak-256 (system spec 3.7)."""
    whole = length_bytes // KECCAK_BLOCK_BYTES
    if length_bytes == 0 or whole * KECCAK_BLOCK_BYTES != length_bytes:
        whole = whole + 1
    elif PADDING_IS_PAID:
        whole = whole + 1
    return NATIVE_KECCAK + NATIVE_KECCAK_BLOCK * U64(whole)


def blake2s_native(length_bytes: U32) -> U64:
    """The price of one BLAKE2s (system spec 3.2)."""
    blocks = (U64(length_bytes) + 63) >> 6
    return NATIVE_BLAKE2S + NATIVE_BLAKE2S_BLOCK * blocks


def code_native(length_bytes: U32) -> U64:
    """The price code(n) of asking for n bytes of stored code (system spec 3.2)."""
    return NATIVE_PREIMAGE_READ + blake2s_native(length_bytes)


def event_native(topics: U32, length_bytes: U32) -> U64:
    """The price of an event (system spec 3.7)."""
    native = NATIVE_EVENT + NATIVE_EVENT_TOPIC * U64(topics)
    return native + NATIVE_EVENT_BYTE * U64(length_bytes)


def receipt_native(topics: U32, length_bytes: U32) -> U64:
    """What an event costs more for its place in a receipt (v32 5.4)."""
    length = U64(length_bytes) + RECEIPT_EVENT_BYTES + RECEIPT_TOPIC_BYTES * U64(topics)
    return NATIVE_BLAKE2S_BLOCK * ((length + 63) >> 6)


def message_native(length_bytes: U32) -> U64:
    """The price of a message to L1, besides the hash of its data (system spec 3.7)."""
    native = NATIVE_MESSAGE_HASHES + keccak_native(length_bytes)
    return native + event_native(U32(0), length_bytes)
