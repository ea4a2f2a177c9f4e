"""Transactions from L1, which are ABI encoded: upgrades and priority operations.

Layout and checks are transactions spec 4; every violation is `InvalidEncoding`.
"""

from typing import Final

from zkos.guest.protocol.limits import MAX_ADDRESS, MAX_U32, MAX_U64
from zkos.guest.protocol.report import REASON_INVALID_ENCODING
from zkos.guest.protocol.transactions import TYPE_L1, TYPE_UPGRADE
from zkos.guest.transactions.calldata import non_zero_bytes
from zkos.guest.transactions.record import Transaction
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes

HEAD_BYTES: Final = U32(608)
WORD_BYTES: Final = U32(32)


class AbiDecoder:
    """Decodes one transaction at a time."""

    body: ByteView
    position: U32
    """The first byte of the tail that is not taken yet."""
    item: U32
    """Where the content of the item taken last begins."""
    length: U32
    """Of that content, in bytes."""

    def __init__(self) -> None:
        self.body = allocate_bytes(0)
        self.position = U32(0)
        self.item = U32(0)
        self.length = U32(0)

    def decode(self, transaction: Transaction) -> U32:
        """Fill the fields; the reason to drop the transaction, or 0."""
        self.body = transaction.encoding
        if self._take_head(transaction) and self._take_tail(transaction):
            transaction.clear_lists()
            return U32(0)
        transaction.kind = U32(0)
        transaction.sender = Address(0)
        return REASON_INVALID_ENCODING

    def _take_head(self, transaction: Transaction) -> bool:
        """Take the fixed fields; False if one is out of its range."""
        body = self.body
        if body.length() < HEAD_BYTES:
            return False
        kind = body.load_u256_be(0)
        sender = body.load_u256_be(32)
        to = body.load_u256_be(64)
        gas_limit = body.load_u256_be(96)
        gas_per_pubdata = body.load_u256_be(128)
        if kind != U256(TYPE_L1) and kind != U256(TYPE_UPGRADE):
            return False
        if sender > MAX_ADDRESS or to > MAX_ADDRESS:
            return False
        if gas_limit > MAX_U64 or gas_per_pubdata > MAX_U32:
            return False
        if body.load_u256_be(224) != 0:  # paymaster
            return False
        if body.load_u256_be(384) != 0 or body.load_u256_be(416) != 0:  # reserved
            return False
        transaction.kind = U32(kind)
        transaction.sender = Address(sender)
        transaction.is_sender_known = True
        transaction.to = Address(to)
        transaction.is_creation = False
        transaction.gas_limit = U64(gas_limit)
        transaction.gas_per_pubdata = U32(gas_per_pubdata)
        transaction.max_fee = body.load_u256_be(160)
        transaction.max_priority_fee = body.load_u256_be(192)
        transaction.value = body.load_u256_be(288)
        transaction.deposit = body.load_u256_be(320)
        transaction.refund_recipient = body.load_u256_be(352)
        return True

    def _take_tail(self, transaction: Transaction) -> bool:
        """Take the items: only calldata and factory dependencies may have content."""
        self.position = HEAD_BYTES
        if not self._take(U32(448), U32(1)):
            return False
        transaction.data = self.body.window(self.item, self.length)
        transaction.non_zero_bytes = non_zero_bytes(self.body, self.item, self.length)
        return (
            self._take_empty(U32(480))  # signature
            and self._take(U32(512), WORD_BYTES)  # factory dependencies
            and self._take_empty(U32(544))  # input of the paymaster
            and self._take_empty(U32(576))  # reserved
            and self.position == self.body.length()
        )

    def _take_empty(self, pointer: U32) -> bool:
        return self._take(pointer, U32(1)) and self.length == 0

    def _take(self, pointer: U32, unit: U32) -> bool:
        """Take an item of units of `unit` bytes, zero padded to whole words."""
        body = self.body
        position = self.position
        if body.load_u256_be(pointer) != U256(position):
            return False
        left = body.length() - position
        if left < WORD_BYTES:
            return False
        left = left - WORD_BYTES
        count = body.load_u256_be(position)
        if count > U256(left // unit):
            return False
        length = U32(count) * unit
        padding = length.wrapping_neg() & 31
        if padding > left - length:
            return False
        position = position + WORD_BYTES
        for index in urange(length, length + padding):
            if body[position + index] != 0:
                return False
        self.item = position
        self.length = length
        self.position = position + length + padding
        return True
