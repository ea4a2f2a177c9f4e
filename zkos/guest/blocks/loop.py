"""The block: its transactions one after another, then the seal (bootloader spec 3).

A transaction that is dropped leaves nothing but loaded records: neither effects nor a
number, and an upgrade after it still comes first. A Fatal error of a transaction ends
the run if upstream's faults are reproduced. Corrected, no transaction ends a block:

* during execution it reverts the transaction, which pays for all its gas;
* before and after (prices or fees that overflow, native price 0, a deposit too low, an
  upgrade that reverts, a refund recipient that is no address, an account without room
  for what it is due) the transaction is dropped.

The reason is in the transaction's report either way.
"""

from zkos.guest.bootloader.runner import Runner
from zkos.guest.commitment.batch import BlockCommitment
from zkos.guest.commitment.finish import BlockFinisher
from zkos.guest.commitment.result import BlockResult
from zkos.guest.environments import Environments
from zkos.guest.flow.l1 import process_l1
from zkos.guest.flow.outcome import Invalid
from zkos.guest.flow.process import process_l2
from zkos.guest.flow.work import Work
from zkos.guest.hooks.hooks import Hooks
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.limits import (
    BLOCK_LOGS,
    BLOCK_NATIVE,
    BLOCK_PUBDATA,
    NATIVE_COMPUTATIONAL,
)
from zkos.guest.protocol.receipts import TRANSACTIONS_ROLL
from zkos.guest.protocol.report import (
    REASON_BLOCK_GAS_LIMIT_REACHED,
    REASON_BLOCK_L2_TO_L1_LOGS_LIMIT_REACHED,
    REASON_BLOCK_NATIVE_LIMIT_REACHED,
    REASON_BLOCK_PUBDATA_LIMIT_REACHED,
    REASON_INTERNAL,
    REASON_INVALID_ENCODING,
    REASON_SERVICE_BLOCK,
    REASON_UNKNOWN_ENCODING,
    REASON_UPGRADE_TX_NOT_FIRST,
    STATUS_INVALID,
    STATUS_REVERTED,
    STATUS_SUCCESS,
)
from zkos.guest.protocol.transactions import TYPE_UPGRADE
from zkos.guest.state.system import System
from zkos.guest.system.errors import Fatal
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256
from zkos.lang.trap import trap


class BlockProcessor:
    """Processes the block that the oracle serves."""

    system: System
    work: Work
    result: BlockResult
    native_used: U64
    """By the transactions that stay, like the next one."""
    pubdata_used: U64
    """In bytes."""
    is_first: bool
    """Whether no transaction stays yet."""
    served: U32
    """Number of transactions looked at."""
    reported_events: U32
    """Events of the block already reported."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.work = Work(system, Runner(system, Environments(system), Hooks(system)))
        self.result = BlockResult()
        self.native_used = BLOCK_NATIVE
        self.pubdata_used = BLOCK_PUBDATA
        self.is_first = True
        self.served = U32(0)
        self.reported_events = U32(0)

    def run(self) -> BlockCommitment:
        """Process all transactions and seal the block."""
        oracle = self.system.oracle
        readable, size = oracle.next_transaction_size()
        while not readable or size != 0:
            self.work.outcome.reset()
            if readable and self.work.reader.receive(size):
                self._next()
            else:
                self._skip()
            self.served = self.served + 1
            readable, size = oracle.next_transaction_size()
        return BlockFinisher(self.system).run(self.result)

    def _skip(self) -> None:
        """Drop a transaction that could not be read, before anything is begun."""
        work = self.work
        work.reader.discard()
        work.outcome.because(REASON_INVALID_ENCODING, U256(0), U256(0))
        self._report(STATUS_INVALID)

    def _next(self) -> None:
        """Process one transaction in the frame that undoes it if it is dropped."""
        work = self.work
        io = work.io
        coinbase = self.system.metadata.coinbase
        io.begin_transaction()
        io.read_account(NO_ENVIRONMENT, work.unlimited(), coinbase)
        snapshot = io.start_frame()
        stays = self._process()
        io.finish_frame(snapshot, not stays)
        status = STATUS_INVALID
        if stays:
            self._record()
            status = STATUS_SUCCESS if work.outcome.success else STATUS_REVERTED
        else:
            work.outcome.clear()
        self._report(status)
        if stays:
            io.finish_transaction()

    def _process(self) -> bool:
        """Process; whether the transaction stays in the block."""
        outcome = self.work.outcome
        try:
            self._dispatch()
            self._check_place()
            self._check_limits()
        except Invalid:
            return False
        except Fatal:
            if outcome.aborts:
                trap("a transaction ends the block")
            if outcome.reason == 0:
                outcome.reason = REASON_INTERNAL
            return False
        return True

    def _dispatch(self) -> None:
        """Decode and process by kind. Raises Invalid and Fatal."""
        work = self.work
        reason = work.reader.decode()
        if reason == REASON_UNKNOWN_ENCODING:
            work.outcome.abort(reason)
        if reason != 0:
            work.outcome.reject(reason)
        if not work.reader.is_from_l1():
            process_l2(work)
            return
        if work.transaction.kind == TYPE_UPGRADE and not self.is_first:
            work.outcome.reject(REASON_UPGRADE_TX_NOT_FIRST)
        process_l1(work)

    def _check_place(self) -> None:
        """Raise Fatal if the transaction may not be in the block."""
        work = self.work
        if not self.result.admits(work.transaction.kind, work.io.transaction_number):
            work.outcome.because(REASON_SERVICE_BLOCK, U256(0), U256(0))
            raise Fatal

    def _check_limits(self) -> None:
        """Raise Invalid if the transaction exceeds what is left of the block."""
        outcome = self.work.outcome
        metadata = self.system.metadata
        gas = self.result.gas_used.saturating_add(outcome.gas_used)
        native = self.native_used.saturating_add(outcome.native_used)
        pubdata = self.pubdata_used.saturating_add(outcome.pubdata_used)
        if gas > metadata.gas_limit:
            outcome.reject(REASON_BLOCK_GAS_LIMIT_REACHED)
        if native > NATIVE_COMPUTATIONAL:
            outcome.reject(REASON_BLOCK_NATIVE_LIMIT_REACHED)
        if pubdata > metadata.pubdata_limit:
            outcome.reject(REASON_BLOCK_PUBDATA_LIMIT_REACHED)
        if self.work.io.events.logs.length() > BLOCK_LOGS:
            outcome.reject(REASON_BLOCK_L2_TO_L1_LOGS_LIMIT_REACHED)

    def _record(self) -> None:
        """Add a transaction that stays to the sums and hashes of the block."""
        outcome = self.work.outcome
        transaction = self.work.transaction
        result = self.result
        result.gas_used = result.gas_used + outcome.gas_used
        self.native_used = self.native_used + outcome.native_used
        self.pubdata_used = self.pubdata_used + outcome.pubdata_used
        self.is_first = False
        if TRANSACTIONS_ROLL:
            keccak = self.system.keccak
            keccak.reset()
            keccak.update_u256(U256(result.rolling_hash))
            keccak.update_u256(U256(transaction.hash))
            result.rolling_hash = keccak.finish()
        else:
            result.keep(transaction.hash)
        if transaction.kind == TYPE_UPGRADE:
            result.upgrade_hash = transaction.hash
        result.accept(transaction.kind, outcome.success)

    def _report(self, status: U32) -> None:
        """Tell the host what became of the transaction, and its events."""
        report = self.system.report
        if not report.enabled:
            return
        outcome = self.work.outcome
        transaction = self.work.transaction
        events = self.work.io.events.events
        for index in urange(self.reported_events, events.length()):
            report.event(events[index])
        self.reported_events = events.length()
        report.transaction(
            self.served,
            transaction.kind,
            status,
            outcome.reason,
            outcome.first_value,
            outcome.second_value,
            outcome.gas_used,
            outcome.gas_refunded,
            outcome.native_used,
            outcome.pubdata_used,
            transaction.hash,
            transaction.sender,
            outcome.created,
            outcome.output,
        )
