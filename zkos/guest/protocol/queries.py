"""The questions the guest asks its host: ids, and lengths in 32-bit words.

The guest asks with these and the host answers by them (oracle spec 1). A length that
varies is not here.
"""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U32

QUERY_DISCONNECT: Final = U32(0x4000_0000)
QUERY_PREIMAGE: Final = U32(0x4002_F000)
QUERY_SLOT: Final = U32(0x4003_0000)
QUERY_PREVIOUS_INDEX: Final = U32(0x4004_F000)
QUERY_EXACT_INDEX: Final = U32(0x4004_F001)
QUERY_PROOF: Final = U32(0x4004_F002)
QUERY_MODEXP_ADVICE: Final = U32(0x4005_0010)
QUERY_BLOB_ADVICE: Final = U32(0x4005_0020)
QUERY_TRANSACTION_SIZE: Final = U32(0x4006_0000)
QUERY_TRANSACTION: Final = U32(0x4006_0001)
QUERY_TRANSACTION_ENCODING: Final = U32(0x4006_0002)
QUERY_TRANSACTION_SENDER: Final = U32(0x4006_0003)
QUERY_METADATA: Final = U32(0x4007_0000)
QUERY_PROOF_DATA: Final = U32(0x4007_0001)
QUERY_DA_SCHEME: Final = U32(0x4007_0002)
QUERY_CONFIGURATION: Final = U32(0x4007_0004)
"""Of the chain, since v32. The number is ours: upstream's is not known."""
QUERY_BLOCK_COUNT: Final = U32(0xDEAD_BEEF)
"""Of batches only; the answer is one word without a length before it."""

SCALAR_WORDS: Final = U32(2)
"""Every number up to 64 bits, and every flag."""
SLOT_WORDS: Final = U32(10)
PROOF_WORDS: Final = U32(532)
METADATA_WORDS: Final = U32(since(VERSION, {30: 2096, 31: 2104, 32: 2102}))
"""v31 adds a price of blobs, v32 leaves out the id of the chain."""
CONFIGURATION_IS_ASKED: Final = since(VERSION, {30: False, 32: True})
"""Whether the chain has a configuration, which is asked for once a run."""
CONFIGURATION_WORDS: Final = U32(6)
"""Id of the chain, a flag, a gas limit."""
PROOF_DATA_WORDS: Final = U32(12)
SENDER_WORDS: Final = U32(6)
BLOB_ADVICE_WORDS: Final = U32(24)

TRANSACTION_MAY_BE_SHORT: Final = since(VERSION, {30: True, 31: False})
"""Whether fewer words may come than the size of a transaction announced."""

ENCODING_ABI: Final = U32(0)
ENCODING_RLP: Final = U32(1)

DA_NONE: Final = U32(1)
DA_KECCAK: Final = U32(3)
"""Blobs and the keccak-256 of the pubdata."""
DA_BLOBS: Final = U32(4)
