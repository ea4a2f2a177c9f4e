"""Batches that know nothing of other chains (v30: state spec 6.1)."""

from zkos.guest.commitment.data_availability import Availability
from zkos.guest.commitment.logs import (
    MOST_LOGS,
    NO_L1_TRANSACTIONS,
    full_logs_root,
    hash_pair,
)
from zkos.guest.commitment.public_input import (
    BatchOutput,
    hash_output,
    public_input,
)
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.io import Io
from zkos.guest.state.report import Report
from zkos.guest.state.system import System
from zkos.lang.control import record, urange
from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import ByteView, List
from zkos.lang.trap import trap


@record
class BlockCommitment:
    """A finished block, as far as its batch is concerned."""

    chain_id: U64
    timestamp: U64
    da_scheme: U32
    state_before: Bytes32
    """Commitment to the chain before the block."""
    state_after: Bytes32
    pubdata: ByteView
    """Empty if nobody wants it."""
    logs: List[Bytes32]
    """Digests of the L2 to L1 logs."""
    l1_transactions: List[Bytes32]
    """Hashes of the transactions from L1, upgrades apart."""
    upgrade_hash: Bytes32

    def complete(self, io: Io) -> None:
        """Nothing else is bound."""


def look_outside(io: Io) -> None:
    """The block says nothing of other chains."""


class Batch:
    """Blocks in order, and what their batch is committed to."""

    keccak: Keccak256
    report: Report
    availability: Availability
    blocks: List[BlockCommitment]
    logs: List[Bytes32]
    """Digests of the L2 to L1 logs of all blocks."""
    l1_transactions: U32
    l1_rolling: Bytes32
    """Rolling hash of the transactions from L1."""

    def __init__(self, system: System) -> None:
        self.keccak = system.keccak
        self.report = system.report
        self.availability = Availability(system)
        self.blocks = List(BlockCommitment)
        self.logs = List(Bytes32)
        self.l1_transactions = U32(0)
        self.l1_rolling = NO_L1_TRANSACTIONS

    def add(self, block: BlockCommitment) -> None:
        """Append a block, which must go on where the last one ended."""
        count = self.blocks.length()
        if count != 0:
            check_succession(self.blocks[count - 1], block)
        self.blocks.append(block)

        for position in urange(block.logs.length()):
            self.logs.append(block.logs[position])
        if self.logs.length() > MOST_LOGS:
            trap("more logs than their tree has leaves")
        hashes = block.l1_transactions
        for position in urange(hashes.length()):
            self.l1_rolling = hash_pair(self.keccak, self.l1_rolling, hashes[position])
        self.l1_transactions = self.l1_transactions + hashes.length()

    def seal(self) -> Bytes32:
        """The public input; asks for advice on blobs if there are any."""
        blocks = self.blocks
        count = blocks.length()
        if count == 0:
            trap("a batch without blocks")
        first = blocks[0]
        last = blocks[count - 1]
        pieces = List(ByteView)
        for position in urange(count):
            pieces.append(blocks[position].pubdata)

        output = BatchOutput(
            first.chain_id,
            first.timestamp,
            last.timestamp,
            first.da_scheme,
            self.availability.commit(first.da_scheme, pieces),
            self.l1_transactions,
            self.l1_rolling,
            full_logs_root(self.keccak, self.logs),
            first.upgrade_hash,
        )
        digest = hash_output(self.keccak, output)
        result = public_input(self.keccak, first.state_before, last.state_after, digest)
        self.report.batch(
            first.state_before,
            last.state_after,
            digest,
            output.logs_root,
            output.availability,
            result,
            count,
            self.availability.versioned_hashes,
        )
        return result


def check_succession(last: BlockCommitment, block: BlockCommitment) -> None:
    """Trap unless `block` may follow `last` in a batch."""
    if block.da_scheme != last.da_scheme:
        trap("blocks of a batch are published in different ways")
    if block.chain_id != last.chain_id:
        trap("blocks of a batch are of different chains")
    if block.state_before != last.state_after:
        trap("a block does not start where the last one ended")
    if block.upgrade_hash != Bytes32(0):
        trap("an upgrade is not in the first block of its batch")
