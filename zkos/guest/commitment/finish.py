"""The end of a block: everything after the transaction loop (state spec 3 to 6).

The header is hashed first, then the state before the block is asked for, changed
accounts get their slots, the pubdata is written, the tree verified and updated. What
a batch of blocks is bound by remains.
"""

from zkos.guest.commitment.batch import BlockCommitment, look_outside
from zkos.guest.commitment.header import hash_header
from zkos.guest.commitment.logs import hash_logs, l1_transactions
from zkos.guest.commitment.pubdata import Pubdata
from zkos.guest.commitment.public_input import chain_state, window_hashes
from zkos.guest.commitment.result import BlockResult
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.flat.tree import SealedSlot
from zkos.guest.protocol.queries import DA_BLOBS, DA_KECCAK, DA_NONE
from zkos.guest.state.io import Io
from zkos.guest.state.report import Report
from zkos.guest.state.system import System
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.lang.control import urange
from zkos.lang.ints import Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes
from zkos.lang.trap import trap


class BlockFinisher:
    """Seals a block whose transactions are done."""

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

    def run(self, result: BlockResult) -> BlockCommitment:
        """Seal the block. Traps if host or block break a rule of oracle spec 1."""
        metadata = self.metadata
        logs = self.io.events.logs
        result.close(self.blake2s, self.io.events.events)
        block_hash = hash_header(
            self.keccak,
            metadata,
            self.options,
            result.rolling_hash,
            result.receipts_root(),
            result.gas_used,
        )
        look_outside(self.io)
        root, next_free_slot, last_timestamp = self.oracle.proof_data()
        before = Commitment(root, next_free_slot)

        backing = self.io.backing
        records = backing.seal(self.io.storage.addresses, self.io.accounts.accounts)
        pubdata = self.write_pubdata(block_hash, records)
        after = backing.commit(before, records)
        if metadata.timestamp < last_timestamp:
            trap("the block is older than the one before")

        if self.report.enabled:
            self.report_state(records, pubdata)
            self.report.block(
                block_hash, before, after, result.rolling_hash, result.gas_used
            )
        number = metadata.block_number
        old_hashes, new_hashes = window_hashes(self.blake2s, metadata, block_hash)
        block = BlockCommitment(
            metadata.chain_id,
            metadata.timestamp,
            metadata.da_scheme,
            chain_state(
                self.blake2s,
                before,
                number.wrapping_sub(1),
                old_hashes,
                last_timestamp,
            ),
            chain_state(self.blake2s, after, number, new_hashes, metadata.timestamp),
            pubdata,
            hash_logs(self.keccak, logs),
            l1_transactions(logs, result.upgrade_hash),
            result.upgrade_hash,
        )
        block.complete(self.io)
        return block

    def write_pubdata(self, block_hash: Bytes32, records: List[SealedSlot]) -> ByteView:
        """The pubdata, if it is committed to or reported."""
        scheme = self.metadata.da_scheme
        if scheme != DA_NONE and scheme != DA_KECCAK and scheme != DA_BLOBS:
            trap("no way of publishing")
        if scheme == DA_NONE and not self.report.enabled:
            return allocate_bytes(0)
        return Pubdata().write(
            block_hash,
            self.metadata.timestamp,
            records,
            self.io.accounts,
            self.io.events.logs,
        )

    def report_state(self, records: List[SealedSlot], pubdata: ByteView) -> None:
        """Tell the host what changed."""
        report = self.report
        report.pubdata(pubdata)
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
