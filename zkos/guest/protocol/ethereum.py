"""Numbers of Ethereum's blocks and transactions, by fork.

Rows are those of EIP-7840 and its successors for blobs; each constant names the EIP it
comes from.
"""

from typing import Final

from zkos.guest.protocol.fork import BPO1, BPO2, FORK, NO_FORK, OSAKA, PRAGUE
from zkos.guest.protocol.version import since
from zkos.lang.ints import U8, U32, U64, U256, Address

CHAIN_ID: Final = U64(1)

# Headers
GAS_LIMIT_QUOTIENT: Final = U64(1024)
"""A gas limit differs from its parent's by less than one part in so many."""
GAS_LIMIT_LEAST: Final = U64(5000)
ELASTICITY: Final = U64(2)
"""EIP-1559, like the next."""
BASE_FEE_DENOMINATOR: Final = U256(8)
EXTRA_BYTES: Final = U32(32)
EMPTY_OMMERS: Final = U256(
    0x1DCC4DE8DEC75D7AAB85B567B6CCD41AD312451B948A7413F0A142FD40D49347
)
BLOCK_BYTES: Final = U32(since(FORK, {NO_FORK: 0xFFFF_FFFF, OSAKA: 8_388_608}))
"""Of an encoded block (EIP-7934)."""

# Blobs
GAS_BLOB: Final = U64(1 << 17)
"""EIP-4844, like the next two."""
BLOB_FEE_LEAST: Final = U256(1)
VERSION_KZG: Final = U8(1)
BLOBS_TARGET: Final = U64(since(FORK, {NO_FORK: 6, BPO1: 10, BPO2: 14}))
"""EIP-7691, EIP-7892; likewise the next two."""
BLOBS_MOST: Final = U64(since(FORK, {NO_FORK: 9, BPO1: 15, BPO2: 21}))
BLOB_FEE_FRACTION: Final = U256(
    since(FORK, {NO_FORK: 5_007_716, BPO1: 8_346_193, BPO2: 11_684_671})
)
BLOB_COST_RESERVED: Final = since(FORK, {NO_FORK: False, OSAKA: True})
"""Whether blobs cost at least as much as executing with them does (EIP-7918)."""
GAS_BLOB_BASE: Final = U256(1 << 13)
BLOBS_TRANSACTION: Final = U32(since(FORK, {NO_FORK: 0xFFFF_FFFF, OSAKA: 6}))
"""EIP-7594."""

# Transactions
TYPE_BLOB: Final = U32(0x03)
GAS_TRANSACTION: Final = U64(21_000)
GAS_TOKEN: Final = U64(4)
"""Of a zero byte of calldata; other bytes are four of them (EIP-2028)."""
GAS_TOKEN_FLOOR: Final = U64(10)
"""EIP-7623."""
TOKENS_NON_ZERO: Final = U64(4)
GAS_LISTED_ADDRESS: Final = U64(2_400)
GAS_LISTED_KEY: Final = U64(1_900)
GAS_TRANSACTION_MOST: Final = U64(
    since(FORK, {NO_FORK: 0xFFFF_FFFF_FFFF_FFFF, OSAKA: 1 << 24})
)
"""EIP-7825."""
WEI_PER_GWEI: Final = U256(10**9)

# System calls
SYSTEM_SENDER: Final = Address(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE)
GAS_SYSTEM: Final = U64(30_000_000)
BEACON_ROOTS: Final = Address(0x000F3DF6D732807EF1319FB7B8BB8522D0BEAC02)
"""EIP-4788."""
BLOCK_HISTORY: Final = Address(0x0000F90827F1C53A10CB7A02335B175320002935)
"""EIP-2935."""
WITHDRAWAL_REQUESTS: Final = Address(0x00000961EF480EB55E80D19AD83579A64C007002)
"""EIP-7002."""
CONSOLIDATION_REQUESTS: Final = Address(0x0000BBDDC7CE488642FB579F8B00F3A590007251)
"""EIP-7251."""
DEPOSITS: Final = Address(0x00000000219AB540356CBB839CBE05303D7705FA)
"""EIP-6110, like the next."""
DEPOSIT_EVENT: Final = U256(
    0x649BBC62D0E31342AFEA4E5CD82D4049E7E1EE912FC0889AA790803BE39038C5
)
REQUEST_DEPOSIT: Final = U8(0)
REQUEST_WITHDRAWAL: Final = U8(1)
REQUEST_CONSOLIDATION: Final = U8(2)

HAS_CLZ: Final = since(FORK, {NO_FORK: False, PRAGUE: False, OSAKA: True})
"""EIP-7939."""
