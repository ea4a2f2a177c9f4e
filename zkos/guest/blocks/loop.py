"""The block: its transactions one after another, then the seal (bootloader spec 3).

A Fatal error of a transaction ends the run if upstream's faults are reproduced.
Corrected, no transaction can end a block:

* during execution it reverts the transaction, which pays for all its gas;
* before and after (more than 2**23 bytes, prices or fees that overflow, native price 0,
  a deposit too low, any paymaster, a refund recipient that is no address) the
  transaction is dropped as invalid and leaves nothing but the touch of the coinbase.

The reason is in the transaction's report either way.
"""

from zkos.guest.bootloader.runner import Runner
from zkos.guest.commitment.finish import BlockFinisher
from zkos.guest.environments import Environments
from zkos.guest.flow.l1 import process_l1
from zkos.guest.flow.outcome import Invalid
from zkos.guest.flow.process import process_l2
from zkos.guest.flow.work import Work
from zkos.guest.hooks.hooks import Hooks
from zkos.guest.protocol.addresses import BOOTLOADER
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.limits import TRANSACTION_BYTES
from zkos.guest.protocol.report import (
    REASON_INTERNAL,
    REASON_INVALID_ENCODING,
    REASON_TRANSACTION_TOO_LARGE,
    REASON_UPGRADE_TX_NOT_FIRST,
    STATUS_INVALID,
    STATUS_REVERTED,
    STATUS_SUCCESS,
)
from zkos.guest.protocol.transactions import TYPE_L1, TYPE_UPGRADE
from zkos.guest.state.system import System
from zkos.guest.system.errors import Fatal, InsufficientBalance
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256, Address, Bytes32
from zkos.lang.memory import List
from zkos.lang.trap import trap


class BlockProcessor:
    """Processes the block that the oracle serves."""

    system: System
    work: Work
    is_first: bool
    """Whether no transaction was taken yet, dropped ones included."""
    is_too_large: bool
    """Whether the transaction in work was not read for its size."""
    rolling_hash: Bytes32
    """Of the hashes of all processed transactions."""
    upgrade_hash: Bytes32
    priority_hashes: List[Bytes32]
    reported_events: U32
    """Events of the block already reported."""

    def __init__(self, system: System) -> None:
        self.system = system
        runner = Runner(system, Environments(system), Hooks(system))
        self.work = Work(system, runner)
        self.is_first = True
        self.is_too_large = False
        self.rolling_hash = Bytes32(0)
        self.upgrade_hash = Bytes32(0)
        self.priority_hashes = List(Bytes32)
        self.reported_events = U32(0)

    def run(self) -> Bytes32:
        """Process all transactions and seal the block; the public input."""
        system = self.system
        strict = self.work.aborts
        size = system.oracle.next_transaction_size(strict)
        while size != 0:
            self._take(size)
            try:
                self._next()
            except Fatal:
                trap("the account of coinbase or bootloader is no account")
            size = system.oracle.next_transaction_size(strict)
        finisher = BlockFinisher(system)
        return finisher.run(self.rolling_hash, self.upgrade_hash, self.priority_hashes)

    def _take(self, size: U32) -> None:
        """Read the next transaction; nothing of one that is too large."""
        oracle = self.system.oracle
        transaction = self.work.transaction
        self.is_too_large = size > TRANSACTION_BYTES
        if self.is_too_large:
            oracle.skip_transaction()
            transaction.reserve(U32(0))
            return
        oracle.next_transaction(transaction.reserve(size), size, self.work.aborts)

    def _next(self) -> None:
        """Process one transaction with what frames it."""
        work = self.work
        io = work.io
        coinbase = self.system.metadata.coinbase
        io.begin_transaction()
        io.read_account(NO_ENVIRONMENT, work.unlimited(), coinbase)
        work.outcome.reset()
        status = STATUS_INVALID
        try:
            self._process()
            self._record()
            status = STATUS_SUCCESS if work.outcome.success else STATUS_REVERTED
        except Invalid:
            work.outcome.success = False
        if self.system.report.enabled:
            self._report(status)
        io.finish_transaction()
        self.is_first = False
        self._sweep(coinbase)

    def _process(self) -> None:
        """Process; what ends the block upstream is caught if faults are corrected."""
        work = self.work
        if work.aborts:
            try:
                self._dispatch()
            except Fatal:
                trap("a transaction ends the block")
            return
        outcome = work.outcome
        snapshot = work.io.start_frame()
        failed = False
        try:
            self._dispatch()
        except Invalid:
            work.io.finish_frame(snapshot, False)
            raise
        except Fatal:
            failed = True
        work.io.finish_frame(snapshot, failed)
        if failed:
            outcome.success = False
            if outcome.reason == 0:
                outcome.reason = REASON_INTERNAL
            raise Invalid

    def _dispatch(self) -> None:
        work = self.work
        transaction = work.transaction
        if not transaction.parse():
            if self.is_too_large:
                work.outcome.reject(REASON_TRANSACTION_TOO_LARGE)
            work.outcome.reject(REASON_INVALID_ENCODING)
        if not transaction.is_l1():
            process_l2(work)
            return
        if transaction.kind == TYPE_UPGRADE and not self.is_first:
            work.outcome.reject(REASON_UPGRADE_TX_NOT_FIRST)
        process_l1(work)

    def _record(self) -> None:
        """Add a processed transaction to the hashes of the block."""
        digest = self.work.outcome.hash
        keccak = self.system.keccak
        keccak.reset()
        keccak.update_u256(U256(self.rolling_hash))
        keccak.update_u256(U256(digest))
        self.rolling_hash = keccak.finish()
        kind = self.work.transaction.kind
        if kind == TYPE_L1:
            self.priority_hashes.append(digest)
        elif kind == TYPE_UPGRADE:
            self.upgrade_hash = digest

    def _report(self, status: U32) -> None:
        """Tell the host what became of the transaction, and its events."""
        work = self.work
        report = self.system.report
        outcome = work.outcome
        transaction = work.transaction
        events = work.io.events.events
        for index in urange(self.reported_events, events.length()):
            report.event(events[index])
        self.reported_events = events.length()
        report.transaction(
            work.io.transaction_number,
            transaction.kind,
            status,
            outcome.reason,
            outcome.first_value,
            outcome.second_value,
            outcome.gas_used,
            outcome.gas_refunded,
            outcome.native_used,
            work.io.pubdata_used(),
            outcome.hash,
            transaction.sender,
            outcome.created,
            outcome.output,
        )

    def _sweep(self, coinbase: Address) -> None:
        """Move all fees to the coinbase, which may lack room for them."""
        work = self.work
        io = work.io
        infinite = work.unlimited()
        balance = io.read_account(NO_ENVIRONMENT, infinite, BOOTLOADER).balance
        if balance == 0:
            return
        if not work.aborts and coinbase != BOOTLOADER:
            _, overflows = io.account(coinbase).balance.overflowing_add(balance)
            if overflows:
                return
        try:
            io.transfer(NO_ENVIRONMENT, infinite, BOOTLOADER, coinbase, balance)
        except InsufficientBalance:
            trap("more ether than there can be")
