"""The public input: what a proof of the block is a statement about (state spec 8).

Every function takes finished hashes and numbers and returns a digest; `finish` calls
them in order.
"""

from typing import Final

from zkos.guest.commitment.pubdata import LOG_BYTES, encode_log
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.events import Log
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.metadata import Metadata
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256, Bytes32
from zkos.lang.memory import List, allocate_bytes

HASH_BYTES: Final = U32(32)
LOG_TREE_HEIGHT: Final = U32(14)
NO_HASH: Final = Bytes32(0)


def window_hashes(
    blake2s: Blake2s, metadata: Metadata, block_hash: Bytes32
) -> tuple[Bytes32, Bytes32]:
    """Digests of the block hashes known before and after the block.

    The second drops the latest hash in front and appends the new one at the end.
    """
    hashes = metadata.block_hashes
    count = hashes.length()
    data = allocate_bytes((count + 1) * HASH_BYTES)
    for position in urange(count):
        data.store_u256_be(position * HASH_BYTES, hashes[position])
    data.store_u256_be(count * HASH_BYTES, U256(block_hash))
    before = blake2s.hash(data.window(0, count * HASH_BYTES))
    return before, blake2s.hash(data.window(HASH_BYTES, count * HASH_BYTES))


def chain_state(
    blake2s: Blake2s, state: Commitment, block_number: U64, hashes: Bytes32
) -> Bytes32:
    """Commitment to the chain after a block; the last field is a timestamp of 0."""
    blake2s.reset()
    blake2s.update_u256(state.root)
    blake2s.update_u64_be(state.next_free_slot)
    blake2s.update_u64_be(block_number)
    blake2s.update_u256(U256(hashes))
    blake2s.update_u64_be(U64(0))
    return blake2s.finish()


def hash_logs(keccak: Keccak256, logs: List[Log]) -> List[Bytes32]:
    """The digest of each L2 to L1 log, in order."""
    digests = List(Bytes32)
    encoded = allocate_bytes(LOG_BYTES)
    for position in urange(logs.length()):
        encode_log(logs[position], encoded)
        digests.append(keccak.hash(encoded))
    return digests


def hash_list(blake2s: Blake2s, hashes: List[Bytes32]) -> Bytes32:
    """BLAKE2s of all hashes one after the other."""
    blake2s.reset()
    for position in urange(hashes.length()):
        blake2s.update_u256(U256(hashes[position]))
    return blake2s.finish()


def block_public_input(
    blake2s: Blake2s,
    metadata: Metadata,
    state_before: Bytes32,
    state_after: Bytes32,
    pubdata_hash: Bytes32,
    priority_hash: Bytes32,
    logs_hash: Bytes32,
    upgrade_hash: Bytes32,
) -> Bytes32:
    """Public input of a single block (state spec 8.1)."""
    blake2s.reset()
    blake2s.update_u256(U256(metadata.chain_id))
    blake2s.update_u64_be(metadata.timestamp)
    blake2s.update_u64_be(metadata.timestamp)
    blake2s.update_u256(U256(pubdata_hash))
    blake2s.update_u256(U256(priority_hash))
    blake2s.update_u256(U256(logs_hash))
    blake2s.update_u256(U256(upgrade_hash))
    output = blake2s.finish()

    blake2s.update_u256(U256(state_before))
    blake2s.update_u256(U256(state_after))
    blake2s.update_u256(U256(output))
    return blake2s.finish()


def batch_state(blake2s: Blake2s, state: Commitment) -> Bytes32:
    """Commitment to the state alone, as batches use it."""
    blake2s.reset()
    blake2s.update_u256(state.root)
    blake2s.update_u64_be(state.next_free_slot)
    return blake2s.finish()


def hash_pair(keccak: Keccak256, left: Bytes32, right: Bytes32) -> Bytes32:
    """Keccak-256 of 64 bytes."""
    keccak.update_u256(U256(left))
    keccak.update_u256(U256(right))
    return keccak.finish()


def logs_tree_root(keccak: Keccak256, leaves: List[Bytes32]) -> Bytes32:
    """Root of the tree of height 14 over the log digests, filled up with empty logs.

    Overwrites `leaves`.
    """
    count = leaves.length()
    empty = keccak.hash(allocate_bytes(LOG_BYTES))
    for _height in urange(LOG_TREE_HEIGHT):
        parents = (count + 1) >> 1
        for position in urange(parents):
            left = position << 1
            right = leaves[left + 1] if left + 1 < count else empty
            leaves[position] = hash_pair(keccak, leaves[left], right)
        count = parents
        empty = hash_pair(keccak, empty, empty)
    return empty if count == 0 else leaves[0]


def priority_rolling_hash(keccak: Keccak256, logs: List[Log]) -> tuple[U32, Bytes32]:
    """Number and rolling hash of the L1 transactions, which are those with a log."""
    count = U32(0)
    rolling = keccak.finish()
    for position in urange(logs.length()):
        if not logs[position].is_message:
            count = count + 1
            rolling = hash_pair(keccak, rolling, Bytes32(logs[position].key))
    return count, rolling


def availability_hash(keccak: Keccak256, pubdata_hash: Bytes32) -> Bytes32:
    """Commitment to the data published: one blob, its hash 0."""
    keccak.update_u256(U256(NO_HASH))
    keccak.update_u256(U256(pubdata_hash))
    keccak.update_u8(U8(1))
    keccak.update_u256(U256(NO_HASH))
    return keccak.finish()


def batch_public_input(
    keccak: Keccak256,
    metadata: Metadata,
    state_before: Bytes32,
    state_after: Bytes32,
    pubdata_hash: Bytes32,
    logs: List[Log],
    upgrade_hash: Bytes32,
) -> Bytes32:
    """Public input of a batch of this one block (state spec 8.2)."""
    keccak.reset()
    logs_root = logs_tree_root(keccak, hash_logs(keccak, logs))
    logs_root = hash_pair(keccak, logs_root, NO_HASH)
    count, rolling = priority_rolling_hash(keccak, logs)
    availability = availability_hash(keccak, pubdata_hash)

    keccak.update_u256(U256(metadata.chain_id))
    keccak.update_u64_be(metadata.timestamp)
    keccak.update_u64_be(metadata.timestamp)
    keccak.update(allocate_bytes(20))
    keccak.update_u256(U256(availability))
    keccak.update_u256(U256(count))
    keccak.update_u256(U256(rolling))
    keccak.update_u256(U256(logs_root))
    keccak.update_u256(U256(upgrade_hash))
    output = keccak.finish()

    keccak.update_u256(U256(state_before))
    keccak.update_u256(U256(state_after))
    keccak.update_u256(U256(output))
    return keccak.finish()
