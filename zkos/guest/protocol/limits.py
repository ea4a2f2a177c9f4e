"""Limits of the protocol (bootloader spec 2, EVM spec 1 and 4)."""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U8, U32, U64, U256

MAX_U32: Final = U256((1 << 32) - 1)
MAX_U64: Final = U256((1 << 64) - 1)
MAX_ADDRESS: Final = U256((1 << 160) - 1)

BLOCK_GAS: Final = U64(0x00FFFFFFFFFFFFFF)
"""The most that fits 64 bits in ergs; a block limit above it ends the run."""
NATIVE_COMPUTATIONAL: Final = U64(1 << 35)
"""The most native a transaction, or all of a block, may compute with; what else a
transaction has only pays for pubdata."""
BLOCK_NATIVE: Final = U64(since(VERSION, {30: 0, 32: 4_828_420}))
"""Native that a block has used before its first transaction."""
BLOCK_PUBDATA: Final = U64(since(VERSION, {30: 0, 32: 118}))
"""The same of pubdata, in bytes."""
TRANSACTION_GAS: Final = U64(1 << 24)
"""The least that a chain may allow a transaction as its gas limit (EIP-7825)."""
BLOCK_LOGS: Final = U32(16384)
"""L2 to L1 logs of a block; as many as their tree has leaves."""
BLOCK_HASHES: Final = U32(256)
"""So many past blocks are known by their hashes."""
HASH_BYTES: Final = U32(32)
WINDOW_BYTES: Final = BLOCK_HASHES * HASH_BYTES
"""Of those hashes."""
CODE_BYTES: Final = U32(24576)
"""Of a deployed contract (EIP-170)."""
INITCODE_BYTES: Final = U32(49152)
"""EIP-3860."""
RESERVED_PREFIX: Final = U8(0xEF)
"""First byte that no deployed code may have (EIP-3541)."""
HIGHEST_NONCE: Final = U64(0xFFFF_FFFF_FFFF_FFFF)
"""No transaction may have it (EIP-2681), and no account that has it creates."""
CREATION_LOOKS_TWICE: Final = since(VERSION, {30: False, 31: True})
"""Whether what refuses a creation is looked at before its address is, and again."""
CALL_DEPTH: Final = U32(1024)
"""Of the deepest frame; the entry frame has depth 0."""
STACK_WORDS: Final = U32(1024)
FRAME_MEMORY_BYTES: Final = U32(1 << 27)
"""Memory of all frames together stays strictly below."""
RETURN_MEMORY_BYTES: Final = U32(1 << 28)
"""Return data of one interaction, all calls together."""
