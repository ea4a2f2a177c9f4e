"""Withdrawals from the beacon chain (EIP-4895)."""

from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.models.mpt.node import item_at
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.ethereum import WEI_PER_GWEI
from zkos.guest.protocol.ethereum_queries import (
    QUERY_WITHDRAWALS,
    QUERY_WITHDRAWALS_SIZE,
)
from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.guest.system.byte_strings import next_bytes
from zkos.guest.system.errors import SystemFault
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView, List
from zkos.lang.trap import trap


class Withdrawals:
    """Those of the block."""

    items: List[ByteView]
    """As they are encoded."""
    bytes: U32
    """Of the encoded list."""

    def __init__(self) -> None:
        self.items = List(ByteView)
        encoding = next_bytes(QUERY_WITHDRAWALS_SIZE, QUERY_WITHDRAWALS)
        self.bytes = U32(1)
        if encoding.length() == 0:
            return
        self.bytes = encoding.length()
        reader = RlpReader(False)
        try:
            reader.open(encoding)
            content = reader.sublist()
            reader.finish()
            reader.open(content)
            while not reader.is_empty():
                self.items.append(item_at(reader))
        except MalformedRlp:
            trap("the list of withdrawals is malformed")

    def pay(self, work: Work) -> None:
        """Credit all accounts."""
        reader = RlpReader(False)
        work.io.begin_transaction()
        index = U32(0)
        try:
            while index < self.items.length():
                reader.open(self.items[index])
                content = reader.sublist()
                reader.open(content)
                reader.u64()
                reader.u64()
                address = reader.address()
                amount = U256(reader.u64()) * WEI_PER_GWEI
                reader.finish()
                work.io.add_balance(NO_ENVIRONMENT, work.unlimited(), address, amount)
                index = index + 1
        except MalformedRlp:
            trap("a withdrawal is malformed")
        except SystemFault:
            trap("a withdrawal cannot be paid")
