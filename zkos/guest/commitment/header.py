"""The hash that names a block (state spec 5).

The header is Ethereum's before Shanghai; fields that a rollup has no use for are 0.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.receipts import RECEIPTS_ARE_BOUND
from zkos.guest.rlp.writer import RlpHasher, number_length
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.options import Options
from zkos.lang.ints import U32, U64, U256, Bytes32
from zkos.lang.memory import allocate_bytes

OMMERS_HASH: Final = U256(
    0x1DCC4DE8DEC75D7AAB85B567B6CCD41AD312451B948A7413F0A142FD40D49347
)
"""Keccak-256 of the RLP of an empty list."""
BLOOM_BYTES: Final = U32(256)
NONCE_BYTES: Final = U32(8)
FIXED_BYTES: Final = U32(6 * 33 + 21 + 3 + 256 + 9 + 2)
"""Six hashes, coinbase, bloom, nonce, difficulty and extra data, with prefixes."""


def hash_header(
    keccak: Keccak256,
    metadata: Metadata,
    options: Options,
    transactions: Bytes32,
    receipts: Bytes32,
    gas_used: U64,
) -> Bytes32:
    """The block hash; traps if the base fee does not fit 64 bits.

    `transactions` binds those that stay in the block, `receipts` what became of them
    if the version binds that; `gas_used` is the sum of what they were charged.
    """
    number = U256(metadata.block_number)
    gas_limit = U256(metadata.gas_limit)
    gas = U256(gas_used)
    timestamp = U256(metadata.timestamp)
    basefee = U256(U64(metadata.basefee))
    payload = FIXED_BYTES + number_length(number) + number_length(gas_limit)
    payload = payload + number_length(gas) + number_length(timestamp)
    payload = payload + number_length(basefee)
    zeros = allocate_bytes(BLOOM_BYTES)

    keccak.reset()
    header = RlpHasher(keccak)
    header.put_list(payload)
    header.put_hash(metadata.parent_hash())
    header.put_hash(OMMERS_HASH)
    header.put_address(metadata.coinbase)
    header.put_hash(U256(0))
    header.put_hash(U256(transactions))
    if RECEIPTS_ARE_BOUND:
        header.put_hash(U256(receipts))
    else:
        header.put_hash(U256(0))
    header.put_bytes(zeros)
    header.put_number(U256(0))
    header.put_number(number)
    header.put_number(gas_limit)
    header.put_number(gas)
    header.put_number(timestamp)
    header.put_bytes(zeros.window(0, 0))
    header.put_hash(metadata.prevrandao(options))
    header.put_bytes(zeros.window(0, NONCE_BYTES))
    header.put_number(basefee)
    return keccak.finish()
