"""How a batch that knows other chains is bound: its output and the public input.

A seam: versions say in different places which chain it is.
"""

from zkos.guest.commitment.interop_output import BatchOutput
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.system.metadata import Metadata
from zkos.lang.ints import Bytes32

def hash_output(keccak: Keccak256, output: BatchOutput) -> Bytes32:
    """Digest of a batch output."""

def public_input(
    keccak: Keccak256,
    metadata: Metadata,
    state_before: Bytes32,
    state_after: Bytes32,
    output: Bytes32,
) -> Bytes32:
    """What the program returns, of finished digests."""
