"""What a batch that knows other chains is a statement about (v31 state spec 6.1).

Every function takes finished hashes and numbers and returns a digest.
"""

from typing import Final

from zkos.guest.commitment.logs import hash_pair
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.other_chains import InteropRoot
from zkos.lang.control import record
from zkos.lang.ints import U32, U64, U256, Bytes32

NO_ROOTS: Final = Bytes32(0)
"""The rolling hash before the first one."""


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
    l2_transactions: U32
    """How many others stay, upgrades apart."""
    l1_rolling: Bytes32
    """Rolling hash of those from L1."""
    logs_root: Bytes32
    """Of the tree over L2 to L1 logs, with the message root of other chains."""
    upgrade_hash: Bytes32
    """Of the upgrade transaction, or 0."""
    interop_rolling: Bytes32
    """Rolling hash of the roots of other chains' messages."""
    settlement_layer: U256
    """Id of the chain that opens it."""


def full_logs_root(
    keccak: Keccak256, logs_root: Bytes32, message_root: U256
) -> Bytes32:
    """The root together with that of the chains that settle on this one."""
    return hash_pair(keccak, logs_root, Bytes32(message_root))


def roll(keccak: Keccak256, rolling: Bytes32, root: InteropRoot) -> Bytes32:
    """The rolling hash with one more root."""
    keccak.update_u256(U256(rolling))
    keccak.update_u256(root.chain)
    keccak.update_u256(root.number)
    keccak.update_u256(root.root)
    return keccak.finish()


def hash_with_chain(keccak: Keccak256, output: BatchOutput) -> Bytes32:
    """Digest of a batch output."""
    keccak.update_u256(U256(output.chain_id))
    return hash_without_chain(keccak, output)


def hash_without_chain(keccak: Keccak256, output: BatchOutput) -> Bytes32:
    """Digest of all but the id of the chain; continues what the hasher has taken."""
    keccak.update_u64_be(output.first_timestamp)
    keccak.update_u64_be(output.last_timestamp)
    keccak.update_u256(U256(output.da_scheme))
    keccak.update_u256(U256(output.availability))
    keccak.update_u256(U256(output.l1_transactions))
    keccak.update_u256(U256(output.l2_transactions))
    keccak.update_u256(U256(output.l1_rolling))
    keccak.update_u256(U256(output.logs_root))
    keccak.update_u256(U256(output.upgrade_hash))
    keccak.update_u256(U256(output.interop_rolling))
    keccak.update_u256(output.settlement_layer)
    return keccak.finish()
