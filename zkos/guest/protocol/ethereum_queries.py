"""The questions of the Ethereum instance that ZKsync OS does not ask.

Byte strings are asked for twice: for their length, then for their bytes.
"""

from typing import Final

from zkos.lang.ints import U32

QUERY_WITHDRAWALS_SIZE: Final = U32(0x4001_E001)
QUERY_WITHDRAWALS: Final = U32(0x4001_E002)
QUERY_HEADER_SIZE: Final = U32(0x4001_E003)
QUERY_HEADER: Final = U32(0x4001_E004)
QUERY_ANCESTOR_SIZE: Final = U32(0x4001_E005)
"""By depth, as the next: 0 is the parent."""
QUERY_ANCESTOR: Final = U32(0x4001_E006)
QUERY_NEXT_SIZE: Final = U32(0x4001_0000)
"""Of the next transaction, 0 after the last."""
QUERY_NEXT: Final = U32(0x4001_0003)
QUERY_GOODBYE: Final = U32(0x4001_0001)
QUERY_CODE_SIZE: Final = U32(0x4002_E000)
"""By keccak-256, as the next."""
QUERY_CODE: Final = U32(0x4002_E001)
QUERY_STORAGE: Final = U32(0x4003_0000)
QUERY_ACCOUNT: Final = U32(0x4003_0080)
QUERY_NODE_SIZE: Final = U32(0x4004_0081)
"""By keccak-256, as the next."""
QUERY_NODE: Final = U32(0x4004_0082)

ACCOUNT_WORDS: Final = U32(26)
"""Nonce, balance, storage root, code hash."""
STORAGE_WORDS: Final = U32(10)
"""Whether there is nothing, and the value."""
LONGEST_ANSWER: Final = U32(1 << 28)
"""In bytes."""
