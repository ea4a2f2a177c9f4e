"""Events and L2->L1 logs of the block, truncated when a frame reverts.

Logs and messages go into the pubdata and the commitment (state spec 4); events only
to the report. Prices are charged by `io`.
"""

from typing import Final

from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, List

LOG_PUBDATA_BYTES: Final = U64(88)
MESSAGE_LENGTH_BYTES: Final = U64(4)


class Log:
    """An L2->L1 log; a message carries data besides."""

    transaction_number: U32
    is_message: bool
    """Otherwise the result of an L1 or upgrade transaction."""
    sender: Address
    """The system account that speaks: 0x8008 for messages, else 0x8001."""
    key: U256
    """The emitting address of a message, else the transaction hash."""
    value: U256
    """The keccak-256 of a message, else 1 for success and 0 for revert."""
    data: ByteView
    """The message; empty otherwise."""

    def __init__(
        self,
        transaction_number: U32,
        is_message: bool,
        sender: Address,
        key: U256,
        value: U256,
        data: ByteView,
    ) -> None:
        self.transaction_number = transaction_number
        self.is_message = is_message
        self.sender = sender
        self.key = key
        self.value = value
        self.data = data


class Event:
    """An EVM log."""

    transaction_number: U32
    address: Address
    topics: List[U256]
    data: ByteView

    def __init__(
        self, transaction_number: U32, address: Address, data: ByteView
    ) -> None:
        self.transaction_number = transaction_number
        self.address = address
        self.topics = List(U256)
        self.data = data


class EventLog:
    """Events and logs in order of emission."""

    events: List[Event]
    """Empty unless a report is wanted."""
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
