"""The configuration of the chain is a word of the public input (v32 2)."""

from zkos.guest.commitment.interop_output import BatchOutput, hash_without_chain
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.system.metadata import Metadata
from zkos.lang.ints import U256, Bytes32


def hash_output(keccak: Keccak256, output: BatchOutput) -> Bytes32:
    """Digest of a batch output, which does not say what chain it is of."""
    return hash_without_chain(keccak, output)


def public_input(
    keccak: Keccak256,
    metadata: Metadata,
    state_before: Bytes32,
    state_after: Bytes32,
    output: Bytes32,
) -> Bytes32:
    """What the program returns, of finished digests."""
    configuration = metadata.configuration_hash(keccak)
    keccak.update_u256(U256(state_before))
    keccak.update_u256(U256(state_after))
    keccak.update_u256(U256(configuration))
    keccak.update_u256(U256(output))
    return keccak.finish()
