"""The end of a block: everything after the transaction loop (bootloader spec 3).

The header is sealed first, then the state commitment is asked for, changed accounts
get their slots, the pubdata is hashed, the tree verified and updated, and all of it
bound together in the public input.
"""

from zkos.guest.commitment.header import hash_header
from zkos.guest.commitment.pubdata import Pubdata
from zkos.guest.commitment.public_input import (
    batch_public_input,
    batch_state,
    block_public_input,
    chain_state,
    hash_list,
    hash_logs,
    window_hashes,
)
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.flat.sort import sorted_slots
from zkos.guest.models.flat.tree import SealedSlot, StateTree
from zkos.guest.state.io import Io
from zkos.guest.state.report import Report
from zkos.guest.state.system import System
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.lang.control import urange
from zkos.lang.ints import Bytes32
from zkos.lang.memory import List


class BlockFinisher:
    """Turns the caches of a finished block into its public input."""

    io: Io
    oracle: Oracle
    metadata: Metadata
    options: Options
    keccak: Keccak256
    blake2s: Blake2s
    report: Report

    def __init__(self, system: System) -> None:
        self.io = system.io
        self.oracle = system.oracle
        self.metadata = system.metadata
        self.options = system.options
        self.keccak = system.keccak
        self.blake2s = system.blake2s
        self.report = system.report

    def run(
        self,
        rolling_hash: Bytes32,
        upgrade_hash: Bytes32,
        priority_hashes: List[Bytes32],
    ) -> Bytes32:
        """The public input; the oracle is disconnected.

        `rolling_hash` is that of all processed transactions, `priority_hashes` those
        of type 0xff, `upgrade_hash` the one of type 0xfe or 0.
        """
        block_hash = hash_header(self.keccak, self.metadata, rolling_hash)
        root, next_free_slot = self.oracle.state_commitment()
        before = Commitment(root, next_free_slot)

        self.io.accounts.flush()
        records = self.seal_slots()
        pubdata = Pubdata(
            self.keccak, self.blake2s, self.options.wrap_in_batch, self.report
        )
        logs = self.io.events.logs
        pubdata_hash = pubdata.hash_block(block_hash, records, self.io.accounts, logs)
        after = self.update_tree(before, records)

        if self.options.wrap_in_batch:
            public_input = batch_public_input(
                self.keccak,
                self.metadata,
                batch_state(self.blake2s, before),
                batch_state(self.blake2s, after),
                pubdata_hash,
                logs,
                upgrade_hash,
            )
        else:
            public_input = self.single_block_input(
                before, after, block_hash, pubdata_hash, upgrade_hash, priority_hashes
            )
        if self.report.enabled:
            self.report_state(records)
            self.report.block(block_hash, before, after, rolling_hash)
        self.oracle.disconnect()
        return public_input

    def seal_slots(self) -> List[SealedSlot]:
        """All cached slots in order, with their keys in the tree."""
        slots = sorted_slots(self.io.storage)
        records = List(SealedSlot)
        for position in urange(slots.length()):
            records.append(SealedSlot(slots[position], self.blake2s))
        return records

    def update_tree(self, before: Commitment, records: List[SealedSlot]) -> Commitment:
        """The commitment after the block."""
        tree = StateTree(self.options.proving, before)
        tree.apply(records)
        return tree.commitment()

    def single_block_input(
        self,
        before: Commitment,
        after: Commitment,
        block_hash: Bytes32,
        pubdata_hash: Bytes32,
        upgrade_hash: Bytes32,
        priority_hashes: List[Bytes32],
    ) -> Bytes32:
        """The public input of builds that do not wrap the block in a batch."""
        blake2s = self.blake2s
        number = self.metadata.block_number
        old_hashes, new_hashes = window_hashes(blake2s, self.metadata, block_hash)
        return block_public_input(
            blake2s,
            self.metadata,
            chain_state(blake2s, before, number.wrapping_sub(1), old_hashes),
            chain_state(blake2s, after, number, new_hashes),
            pubdata_hash,
            hash_list(blake2s, priority_hashes),
            hash_list(blake2s, hash_logs(self.keccak, self.io.events.logs)),
            upgrade_hash,
        )

    def report_state(self, records: List[SealedSlot]) -> None:
        """Tell the host what changed."""
        report = self.report
        logs = self.io.events.logs
        for position in urange(logs.length()):
            report.log(logs[position])
        for position in urange(records.length()):
            if records[position].is_written():
                report.storage_diff(records[position].slot)
        made = self.io.preimages.made
        for position in urange(made.length()):
            report.preimage(made[position])
        accounts = self.io.accounts.accounts
        for position in urange(accounts.length()):
            if accounts[position].changed():
                report.account_diff(accounts[position])
