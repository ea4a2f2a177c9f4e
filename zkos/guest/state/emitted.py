"""Events and L2->L1 logs as the block keeps them (state spec 4)."""

from zkos.lang.ints import U32, U256, Address
from zkos.lang.memory import ByteView, List


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
