"""Events and L2->L1 logs of the block, truncated when a frame reverts.

Logs and messages go into the pubdata and the commitment (state spec 4); events only
to the report, but for those that a version listens to. Prices are charged by `io`. A
seam.
"""

from zkos.guest.state.emitted import Event, Log
from zkos.guest.state.other_chains import OtherChains
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, List

class EventLog:
    """Events and logs in order of emission."""

    events: List[Event]
    """Empty unless a report is wanted."""
    logs: List[Log]

    def __init__(self) -> None: ...
    def begin_transaction(self) -> None: ...
    def log_pubdata(self) -> U64:
        """Pubdata bytes of this transaction's logs (bootloader spec 9)."""

    def frame_started(self, index: U32) -> None:
        """Remember what is known of other chains; events and logs are the caller's."""

    def frame_finished(self, index: U32, revert: bool) -> None:
        """Forget what was learnt since then if `revert`."""

    def observe(
        self, resources: Resources, address: Address, topics: List[U256], data: ByteView
    ) -> None:
        """Learn from an event that was emitted and paid.

        Raises OutOfNative, and Fatal if it cannot be understood.
        """

    def other_chains(self) -> OtherChains:
        """What the block knows of other chains."""
