"""The block: system calls, transactions, withdrawals, requests, roots.

Everything is compared with the header; what does not fit ends the run. So does a
transaction that Ethereum does not allow: no valid block has one.
"""

from zkos.guest.blocks.ethereum.block_report import BlockReport
from zkos.guest.blocks.ethereum.checks import check_header
from zkos.guest.blocks.ethereum.context import Context
from zkos.guest.blocks.ethereum.header import Header
from zkos.guest.blocks.ethereum.lists import list_root
from zkos.guest.blocks.ethereum.process import process
from zkos.guest.blocks.ethereum.receipts import Receipts
from zkos.guest.blocks.ethereum.requests import requests_hash
from zkos.guest.blocks.ethereum.system_calls import open_block
from zkos.guest.blocks.ethereum.withdrawals import Withdrawals
from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.flow.outcome import Invalid
from zkos.guest.protocol.ethereum import BLOCK_BYTES
from zkos.guest.protocol.ethereum_queries import QUERY_NEXT, QUERY_NEXT_SIZE
from zkos.guest.rlp.writer import bytes_length, list_length
from zkos.guest.state.system import System
from zkos.guest.system.byte_strings import next_bytes
from zkos.guest.system.commitment import Commitment
from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import ByteView, List
from zkos.lang.trap import trap


class BlockProcessor:
    """Processes the block that the oracle serves."""

    system: System
    context: Context
    header: Header
    work: Work
    receipts: Receipts
    report: BlockReport
    transactions: List[ByteView]
    """As they stand in their trie."""
    transaction_bytes: U32
    """Of all of them as they stand in the block."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.work = Work(system)
        self.context = self.work.context
        self.header = self.context.header
        self.receipts = Receipts(system.keccak)
        self.report = BlockReport(self.work)
        self.transactions = List(ByteView)
        self.transaction_bytes = U32(0)

    def run(self) -> Bytes32:
        """Process the block; the hash of its header. Traps unless all is right."""
        parent = self.context.ancestors.parent()
        check_header(self.header, parent)
        open_block(self.work)
        encoding = next_bytes(QUERY_NEXT_SIZE, QUERY_NEXT)
        while encoding.length() != 0:
            self._next(encoding)
            encoding = next_bytes(QUERY_NEXT_SIZE, QUERY_NEXT)
        withdrawals = Withdrawals()
        withdrawals.pay(self.work)
        self._check(withdrawals)
        before = Commitment(parent.state_root, U64(0))
        io = self.system.io
        records = io.backing.seal(io.storage.addresses, io.accounts.accounts)
        after = io.backing.commit(before, records)
        self.report.block(self.context.hash, before, after)
        if after.root != self.header.state_root:
            trap("the state root is not the header's")
        return self.context.hash

    def _next(self, encoding: ByteView) -> None:
        """Process one transaction."""
        work = self.work
        events = work.io.events.events
        first = events.length()
        work.outcome.reset()
        try:
            process(work, encoding)
        except Invalid:
            self.report.refused()
            trap("a transaction is not allowed")
        kind = work.transaction.kind
        self.receipts.add(kind, work.outcome.success, work.gas_used, events, first)
        self.report.transaction(first)
        self.transactions.append(encoding)
        is_list = encoding[0] >= 0xC0
        length = encoding.length() if is_list else bytes_length(encoding)
        self.transaction_bytes = self.transaction_bytes + length

    def _check(self, withdrawals: Withdrawals) -> None:
        """Trap unless everything but the state is as the header says."""
        header = self.header
        work = self.work
        if header.requests_hash != requests_hash(work):
            trap("the hash of requests is not the header's")
        if header.gas_used != work.gas_used:
            trap("the gas used is not the header's")
        if header.blob_gas_used != work.blob_gas_used:
            trap("the blob gas used is not the header's")
        if header.transactions_root != list_root(self.transactions):
            trap("the root of transactions is not the header's")
        if header.receipts_root != list_root(self.receipts.items):
            trap("the root of receipts is not the header's")
        if not header.bloom.equals(self.receipts.bloom):
            trap("the bloom is not the header's")
        if header.withdrawals_root != list_root(withdrawals.items):
            trap("the root of withdrawals is not the header's")
        body = list_length(self.transaction_bytes) + 1 + withdrawals.bytes
        if list_length(self.context.encoding.length() + body) > BLOCK_BYTES:
            trap("the block is too large")
