"""Batches that bind what their blocks say of other chains (v31 state spec 6.1)."""

from typing import Final

from zkos.guest.commitment.binding import hash_output, public_input
from zkos.guest.commitment.data_availability import Availability
from zkos.guest.commitment.interop_output import (
    NO_ROOTS,
    BatchOutput,
    full_logs_root,
    roll,
)
from zkos.guest.commitment.logs import (
    MOST_LOGS,
    NO_L1_TRANSACTIONS,
    hash_pair,
    logs_tree_root,
)
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.addresses import MESSAGE_ROOTS, SYSTEM_CONTEXT
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.state.io import Io
from zkos.guest.state.other_chains import OtherChains
from zkos.guest.state.report import Report
from zkos.guest.state.system import System
from zkos.guest.system.errors import SystemFault
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.resources import INFINITE, Resources
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, List
from zkos.lang.trap import trap

HEIGHT_KEY: Final = U256(4)
"""Slot with the height of the tree of messages."""
NODES_PLACE: Final = U256(
    0xF6522223_13E28459_528D920B_65115C16_C04F3EFC_82AAEDC9_7BE59F3F_377C0D3F
)
"""Keccak-256 of 6, the slot of the tree: where the array of its levels begins."""
LAYER_KEY: Final = U256(0)
"""Slot with the id of the settlement layer."""


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
    transactions: U32
    """How many stay, of all kinds."""
    chains: OtherChains

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
        self.chain_id = chain_id
        self.timestamp = timestamp
        self.da_scheme = da_scheme
        self.state_before = state_before
        self.state_after = state_after
        self.pubdata = pubdata
        self.logs = logs
        self.l1_transactions = l1_transactions
        self.upgrade_hash = upgrade_hash
        self.transactions = U32(0)
        self.chains = OtherChains()

    def complete(self, io: Io) -> None:
        """Add what the block says of its transactions and of other chains."""
        self.transactions = io.transaction_number
        self.chains = io.events.other_chains()


def look_outside(io: Io) -> None:
    """Read the message root and the settlement layer; traps if events lied."""
    chains = io.events.other_chains()
    height = read(io, MESSAGE_ROOTS, HEIGHT_KEY)
    io.hashes.hasher.update_u256(NODES_PLACE.wrapping_add(height))
    chains.message_root = read(io, MESSAGE_ROOTS, U256(io.hashes.hasher.finish()))
    chains.settlement_layer = read(io, SYSTEM_CONTEXT, LAYER_KEY)
    count = chains.announced.length()
    if count != 0 and chains.announced[count - 1] != chains.settlement_layer:
        trap("the settlement layer is not the one announced")


def read(io: Io, address: Address, key: U256) -> U256:
    """The value of a slot, at nobody's cost."""
    try:
        return io.read_slot(NO_ENVIRONMENT, Resources(INFINITE, INFINITE), address, key)
    except SystemFault:
        trap("a slot cannot be read")


class Batch:
    """Blocks in order, and what their batch is committed to."""

    keccak: Keccak256
    metadata: Metadata
    """Of the first block; what is bound of it is the same in all."""
    report: Report
    availability: Availability
    blocks: List[BlockCommitment]
    logs: List[Bytes32]
    """Digests of the L2 to L1 logs of all blocks."""
    transactions: U32
    """Of all kinds."""
    l1_transactions: U32
    l1_rolling: Bytes32
    """Rolling hash of the transactions from L1."""
    interop_rolling: Bytes32
    """Rolling hash of the roots of other chains' messages."""

    def __init__(self, system: System) -> None:
        self.keccak = system.keccak
        self.metadata = system.metadata
        self.report = system.report
        self.availability = Availability(system)
        self.blocks = List(BlockCommitment)
        self.logs = List(Bytes32)
        self.transactions = U32(0)
        self.l1_transactions = U32(0)
        self.l1_rolling = NO_L1_TRANSACTIONS
        self.interop_rolling = NO_ROOTS

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
        self.transactions = self.transactions + block.transactions
        self.l1_transactions = self.l1_transactions + hashes.length()
        roots = block.chains.roots
        for position in urange(roots.length()):
            rolling = self.interop_rolling
            self.interop_rolling = roll(self.keccak, rolling, roots[position])

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
        others = self.transactions - self.l1_transactions
        if first.upgrade_hash != Bytes32(0):
            others = others - 1

        output = BatchOutput(
            first.chain_id,
            first.timestamp,
            last.timestamp,
            first.da_scheme,
            self.availability.commit(first.da_scheme, pieces),
            self.l1_transactions,
            others,
            self.l1_rolling,
            full_logs_root(
                self.keccak,
                logs_tree_root(self.keccak, self.logs),
                last.chains.message_root,
            ),
            first.upgrade_hash,
            self.interop_rolling,
            last.chains.settlement_layer,
        )
        digest = hash_output(self.keccak, output)
        result = public_input(
            self.keccak, self.metadata, first.state_before, last.state_after, digest
        )
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
    if block.chains.settlement_layer != last.chains.settlement_layer:
        trap("blocks of a batch settle on different chains")
    if block.state_before != last.state_after:
        trap("a block does not start where the last one ended")
    if block.upgrade_hash != Bytes32(0):
        trap("an upgrade is not in the first block of its batch")
