"""What a proof is a statement about (state spec 6.1): all formulas of a version.

Every function takes finished hashes and numbers and returns a digest; `finish` and
`batch` call them.
"""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.limits import HASH_BYTES, WINDOW_BYTES
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.metadata import Metadata
from zkos.lang.control import record
from zkos.lang.ints import U32, U64, U256, Bytes32

NO_HASH: Final = Bytes32(0)


@record
class BatchOutput:
    """What the settlement layer opens of a batch, in this order."""

    chain_id: U64
    first_timestamp: U64
    last_timestamp: U64
    da_scheme: U32
    availability: Bytes32
    """Commitment to the pubdata, see `data_availability`."""
    l1_transactions: U32
    """How many transactions came from L1, upgrades apart."""
    l1_rolling: Bytes32
    """Rolling hash of theirs."""
    logs_root: Bytes32
    """Of the tree over L2 to L1 logs."""
    upgrade_hash: Bytes32
    """Of the upgrade transaction, or 0."""


def window_hashes(
    blake2s: Blake2s, metadata: Metadata, block_hash: Bytes32
) -> tuple[Bytes32, Bytes32]:
    """Digests of the last 256 block hashes before and after the block."""
    hashes = metadata.block_hashes
    hashes.store_u256_be(WINDOW_BYTES, U256(block_hash))
    before = blake2s.hash(hashes.window(0, WINDOW_BYTES))
    return before, blake2s.hash(hashes.window(HASH_BYTES, WINDOW_BYTES))


def chain_state(
    blake2s: Blake2s,
    state: Commitment,
    block_number: U64,
    hashes: Bytes32,
    timestamp: U64,
) -> Bytes32:
    """Commitment to the chain after the block with this number and timestamp."""
    blake2s.reset()
    blake2s.update_u256(state.root)
    blake2s.update_u64_be(state.next_free_slot)
    blake2s.update_u64_be(block_number)
    blake2s.update_u256(U256(hashes))
    blake2s.update_u64_be(timestamp)
    return blake2s.finish()


def hash_output(keccak: Keccak256, output: BatchOutput) -> Bytes32:
    """Digest of a batch output; its last field would be roots of other chains."""
    keccak.update_u256(U256(output.chain_id))
    keccak.update_u64_be(output.first_timestamp)
    keccak.update_u64_be(output.last_timestamp)
    keccak.update_u256(U256(output.da_scheme))
    keccak.update_u256(U256(output.availability))
    keccak.update_u256(U256(output.l1_transactions))
    keccak.update_u256(U256(output.l1_rolling))
    keccak.update_u256(U256(output.logs_root))
    keccak.update_u256(U256(output.upgrade_hash))
    keccak.update_u256(U256(NO_HASH))
    return keccak.finish()


def public_input(
    keccak: Keccak256, state_before: Bytes32, state_after: Bytes32, output: Bytes32
) -> Bytes32:
    """What the program returns."""
    keccak.update_u256(U256(state_before))
    keccak.update_u256(U256(state_after))
    keccak.update_u256(U256(output))
    return keccak.finish()
