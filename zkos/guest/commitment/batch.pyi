"""A batch: blocks one after another, bound together in one public input.

A single block is a batch of one (state spec 6). The rules of batches are oracle
spec 3; breaking one ends the run. A seam: versions bind more or less.
"""

from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import ByteView, List

class BlockCommitment:
    """A finished block, as far as its batch is concerned."""

    def __init__(
        self,
        chain_id: U64,
        timestamp: U64,
        da_scheme: U32,
        state_before: Bytes32,
        state_after: Bytes32,
        pubdata: ByteView,
        logs: List[Bytes32],
        l1_transactions: List[Bytes32],
        upgrade_hash: Bytes32,
    ) -> None:
        """The states are commitments to the chain before and after the block.

        The pubdata is empty if nobody wants it; logs are digests of L2 to L1 logs, L1
        transactions hashes, upgrades apart; the hash of the upgrade may be 0.
        """

    def complete(self, io: Io) -> None:
        """Add what the block says of its transactions and of other chains."""

def look_outside(io: Io) -> None:
    """Read what the state says of other chains, once the transactions are done."""

class Batch:
    """Blocks in order, and what their batch is committed to."""

    def __init__(self, system: System) -> None: ...
    def add(self, block: BlockCommitment) -> None:
        """Append a block, which must go on where the last one ended."""

    def seal(self) -> Bytes32:
        """The public input; asks for advice on blobs if there are any."""
