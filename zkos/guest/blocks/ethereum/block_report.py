"""What a host that wants to see more than the proof is told of a block.

The messages are those of ZKsync OS (`zkos/guest/README.md`), as far as they apply.
"""

from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.models.mpt.settlement import differs
from zkos.guest.protocol.report import STATUS_INVALID, STATUS_REVERTED, STATUS_SUCCESS
from zkos.guest.state.report import Report
from zkos.guest.system.commitment import Commitment
from zkos.lang.control import urange
from zkos.lang.ints import U32, Bytes32


class BlockReport:
    """Sends messages if they are wanted."""

    work: Work
    report: Report
    served: U32
    """Number of transactions told of."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.report = work.system.report
        self.served = U32(0)

    def transaction(self, first_event: U32) -> None:
        """The result of a transaction and its logs, which begin there."""
        events = self.work.io.events.events
        if self.report.enabled:
            for index in urange(first_event, events.length()):
                self.report.event(events[index])
        success = self.work.outcome.success
        self._send(STATUS_SUCCESS if success else STATUS_REVERTED)

    def refused(self) -> None:
        """Why a transaction may not be in the block."""
        self.work.outcome.clear()
        self._send(STATUS_INVALID)

    def block(self, block_hash: Bytes32, before: Commitment, after: Commitment) -> None:
        """What changed, and the roots."""
        report = self.report
        if not report.enabled:
            return
        io = self.work.io
        addresses = io.storage.addresses
        for entry in urange(addresses.length()):
            slots = addresses.value(entry).slots
            for index in urange(slots.length()):
                slot = slots.value(index)
                if slot.current != slot.initial:
                    report.storage_diff(slot)
        made = io.preimages.made
        for index in urange(made.length()):
            report.preimage(made[index])
        accounts = io.accounts.accounts
        for index in urange(accounts.length()):
            if differs(accounts[index]):
                report.account_diff(accounts[index])
        report.block(block_hash, before, after, Bytes32(0), self.work.gas_used)

    def _send(self, status: U32) -> None:
        outcome = self.work.outcome
        transaction = self.work.transaction
        self.report.transaction(
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
        self.served = self.served + 1
