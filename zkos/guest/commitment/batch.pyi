"""A batch: blocks one after another, bound together in one public input.

A single block is a batch of one (state spec 6). The rules of batches are oracle
spec 3; breaking one ends the run. A seam: versions bind more or less.
"""

from zkos.guest.commitment.result import BlockResult
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.metadata import Metadata
from zkos.lang.ints import Bytes32
from zkos.lang.memory import ByteView

class BlockCommitment:
    """A finished block, as far as its batch is concerned."""

def look_outside(io: Io) -> None:
    """Read what the block says of other chains, once its transactions are done."""

def commit_block(
    keccak: Keccak256,
    metadata: Metadata,
    io: Io,
    result: BlockResult,
    state_before: Bytes32,
    state_after: Bytes32,
    pubdata: ByteView,
) -> BlockCommitment:
    """What the batch needs of a finished block.

    The states are commitments to the chain before and after it; the pubdata is empty
    if nobody wants it.
    """

class Batch:
    """Blocks in order, and what their batch is committed to."""

    def __init__(self, system: System) -> None: ...
    def add(self, block: BlockCommitment) -> None:
        """Append a block, which must go on where the last one ended."""

    def seal(self) -> Bytes32:
        """The public input; asks for advice on blobs if there are any."""
