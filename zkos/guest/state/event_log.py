"""Events and L2->L1 logs, which mean nothing to the system itself (v30)."""

from typing import Final

from zkos.guest.state.emitted import Event, Log
from zkos.guest.state.other_chains import OtherChains
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, List

LOG_PUBDATA_BYTES: Final = U64(88)
MESSAGE_LENGTH_BYTES: Final = U64(4)


class EventLog:
    """Events and logs in order of emission."""

    events: List[Event]
    """Empty unless a report is wanted or the block binds them."""
    logs: List[Log]
    first_log: U32
    """Index of the first log of the current transaction."""

    def __init__(self) -> None:
        self.events = List(Event)
        self.logs = List(Log)
        self.first_log = U32(0)

    def begin_transaction(self) -> None:
        self.first_log = self.logs.length()

    def log_pubdata(self) -> U64:
        """Pubdata bytes of this transaction's logs (bootloader spec 9)."""
        total = U64(0)
        for index in urange(self.first_log, self.logs.length()):
            log = self.logs[index]
            total = total + LOG_PUBDATA_BYTES
            if log.is_message:
                total = total + MESSAGE_LENGTH_BYTES + U64(log.data.length())
        return total

    def frame_started(self, index: U32) -> None:
        """Nothing else is undone."""

    def frame_finished(self, index: U32, revert: bool) -> None:
        """Nothing else is undone."""

    def observe(
        self, resources: Resources, address: Address, topics: List[U256], data: ByteView
    ) -> None:
        """Events mean nothing to the system."""

    def other_chains(self) -> OtherChains:
        """Nothing is known of them."""
        return OtherChains()
