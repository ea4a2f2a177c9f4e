"""The id of the chain is in the output of the batch (v31 10)."""

from zkos.guest.commitment.interop_output import hash_output
from zkos.guest.commitment.public_input import public_input as three_words
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.system.metadata import Metadata
from zkos.lang.ints import Bytes32

__all__ = ["hash_output"]


def public_input(
    keccak: Keccak256,
    metadata: Metadata,
    state_before: Bytes32,
    state_after: Bytes32,
    output: Bytes32,
) -> Bytes32:
    """What the program returns, of finished digests."""
    return three_words(keccak, state_before, state_after, output)
