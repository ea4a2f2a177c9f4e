"""The id of the chain is in the output of the batch (v31 10)."""

from zkos.guest.commitment.interop_output import BatchOutput, hash_with_chain
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.system.metadata import Metadata
from zkos.lang.ints import U256, Bytes32


def hash_output(keccak: Keccak256, output: BatchOutput) -> Bytes32:
    """Digest of a batch output."""
    return hash_with_chain(keccak, output)


def public_input(
    keccak: Keccak256,
    metadata: Metadata,
    state_before: Bytes32,
    state_after: Bytes32,
    output: Bytes32,
) -> Bytes32:
    """What the program returns, of finished digests."""
    keccak.update_u256(U256(state_before))
    keccak.update_u256(U256(state_after))
    keccak.update_u256(U256(output))
    return keccak.finish()
