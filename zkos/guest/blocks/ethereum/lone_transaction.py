"""A transaction without a block around it, as Ethereum's state tests have them.

The header gives the terms; its state root is that of the state *before*. There are no
system calls, withdrawals, requests, and nothing is compared: the report tells the
root. A transaction that is not allowed changes nothing. Behind the seam
`blocks.ethereum.processor`, and never in an image that proves something.
"""

from zkos.guest.blocks.ethereum.block_report import BlockReport
from zkos.guest.blocks.ethereum.context import Context
from zkos.guest.blocks.ethereum.process import process
from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.flow.outcome import Invalid
from zkos.guest.protocol.ethereum_queries import QUERY_NEXT, QUERY_NEXT_SIZE
from zkos.guest.state.system import System
from zkos.guest.system.byte_strings import next_bytes
from zkos.guest.system.commitment import Commitment
from zkos.lang.ints import U32, U64, Bytes32


class BlockProcessor:
    """Processes the transaction that the oracle serves."""

    system: System
    context: Context
    work: Work
    report: BlockReport

    def __init__(self, system: System) -> None:
        self.system = system
        self.work = Work(system)
        self.context = self.work.context
        self.report = BlockReport(self.work)

    def run(self) -> Bytes32:
        """Process the transaction; the hash of the header."""
        before = Commitment(self.context.header.state_root, U64(0))
        after = before
        if self._transaction():
            io = self.system.io
            records = io.backing.seal(io.storage.addresses, io.accounts.accounts)
            after = io.backing.commit(before, records)
        self.report.block(self.context.hash, before, after)
        return self.context.hash

    def _transaction(self) -> bool:
        """Whether it is allowed; it has run then."""
        encoding = next_bytes(QUERY_NEXT_SIZE, QUERY_NEXT)
        work = self.work
        work.outcome.reset()
        try:
            process(work, encoding)
        except Invalid:
            self.report.refused()
            return False
        self.report.transaction(U32(0))
        return True
