"""The encoded transaction: where its bytes lie and which fields they hold.

Parsing and structure checks follow transactions spec 2 and 3. What a field is worth
(nonce, fees, signature) is decided in `zkos.guest.flow.validation`.
"""

from typing import Final

from zkos.guest.protocol.transactions import (
    TYPE_EIP712,
    TYPE_EIP1559,
    TYPE_EIP2930,
    TYPE_L1,
    TYPE_LEGACY,
    TYPE_UPGRADE,
)
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U128, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes

PREFIX_BYTES: Final = U32(128)
"""Room before the body for the header of an account call; keeps the body aligned."""
HEAD_BYTES: Final = U32(608)
SIGNATURE_BYTES: Final = U32(65)
SMALLEST_BUFFER: Final = U32(1 << 14)
MAX_U8: Final = U256(0xFF)
MAX_U32: Final = U256(0xFFFF_FFFF)
MAX_U64: Final = U256(0xFFFF_FFFF_FFFF_FFFF)
MAX_U128: Final = U256((1 << 128) - 1)
MAX_ADDRESS: Final = U256((1 << 160) - 1)


class Transaction:
    """One transaction at a time; `parse` fills the fields from `body`."""

    buffer: ByteView
    """Prefix and body; grows, so it is made anew now and then."""
    body: ByteView
    kind: U32
    sender: Address
    to: Address
    gas_limit: U64
    gas_per_pubdata_limit: U32
    max_fee: U128
    max_priority_fee: U128
    paymaster: Address
    nonce: U256
    value: U256
    first_reserved: U256
    """EIP-155 flag of a legacy transaction, deposit of an L1 transaction."""
    second_reserved: U256
    """Creation flag, or refund recipient of an L1 transaction."""
    data: ByteView
    signature: ByteView
    factory_deps: ByteView
    paymaster_input: ByteView
    access_list_offset: U32
    """Where the length word of the last item lies in the body."""
    position: U32
    """Parser state: the first byte of the tail not yet taken."""
    item: ByteView
    """Parser state: content of the item taken last."""

    def __init__(self) -> None:
        empty = allocate_bytes(0)
        self.buffer = empty
        self.body = empty
        self.kind = U32(0)
        self.sender = Address(0)
        self.to = Address(0)
        self.gas_limit = U64(0)
        self.gas_per_pubdata_limit = U32(0)
        self.max_fee = U128(0)
        self.max_priority_fee = U128(0)
        self.paymaster = Address(0)
        self.nonce = U256(0)
        self.value = U256(0)
        self.first_reserved = U256(0)
        self.second_reserved = U256(0)
        self.data = empty
        self.signature = empty
        self.factory_deps = empty
        self.paymaster_input = empty
        self.access_list_offset = U32(0)
        self.position = U32(0)
        self.item = empty

    def reserve(self, length: U32) -> ByteView:
        """Make room for a body of `length` bytes, whole words; where to put it."""
        padded = (length + 3) & U32(0xFFFF_FFFC)
        capacity = self.buffer.length()
        if capacity < PREFIX_BYTES + padded:
            if capacity < SMALLEST_BUFFER:
                capacity = SMALLEST_BUFFER
            while capacity < PREFIX_BYTES + padded:
                capacity = capacity << 1
            self.buffer = allocate_bytes(capacity)
        self.body = self.buffer.window(PREFIX_BYTES, length)
        return self.buffer.window(PREFIX_BYTES, padded)

    def is_l1(self) -> bool:
        """Whether it came from L1: a priority operation or an upgrade."""
        return self.kind == TYPE_L1 or self.kind == TYPE_UPGRADE

    def is_creation(self) -> bool:
        """Whether an L2 transaction has no recipient."""
        return self.second_reserved != 0

    def parse(self) -> bool:
        """Take the fields from the body; False is `InvalidEncoding`."""
        self.kind = U32(0)
        self.sender = Address(0)
        if self.body.length() < HEAD_BYTES:
            return False
        return self._parse_head() and self._parse_tail() and self._is_consistent()

    def _parse_head(self) -> bool:
        body = self.body
        kind = body.load_u256_be(0)
        sender = body.load_u256_be(32)
        to = body.load_u256_be(64)
        gas_limit = body.load_u256_be(96)
        gas_per_pubdata_limit = body.load_u256_be(128)
        max_fee = body.load_u256_be(160)
        max_priority_fee = body.load_u256_be(192)
        paymaster = body.load_u256_be(224)
        if kind > MAX_U8 or gas_limit > MAX_U64 or gas_per_pubdata_limit > MAX_U32:
            return False
        if max_fee > MAX_U128 or max_priority_fee > MAX_U128:
            return False
        if sender > MAX_ADDRESS or to > MAX_ADDRESS or paymaster > MAX_ADDRESS:
            return False
        self.kind = U32(kind)
        self.sender = Address(sender)
        self.to = Address(to)
        self.gas_limit = U64(gas_limit)
        self.gas_per_pubdata_limit = U32(gas_per_pubdata_limit)
        self.max_fee = U128(max_fee)
        self.max_priority_fee = U128(max_priority_fee)
        self.paymaster = Address(paymaster)
        self.nonce = body.load_u256_be(256)
        self.value = body.load_u256_be(288)
        self.first_reserved = body.load_u256_be(320)
        self.second_reserved = body.load_u256_be(352)
        return True

    def _parse_tail(self) -> bool:
        self.position = HEAD_BYTES
        if not self._take(U32(448), U32(1)):
            return False
        self.data = self.item
        if not self._take(U32(480), U32(1)):
            return False
        self.signature = self.item
        if not self._take(U32(512), U32(32)):
            return False
        self.factory_deps = self.item
        if not self._take(U32(544), U32(1)):
            return False
        self.paymaster_input = self.item
        self.access_list_offset = self.position
        return self._take(U32(576), U32(1)) and self.position == self.body.length()

    def _take(self, pointer: U32, unit: U32) -> bool:
        """Take an item of units of `unit` bytes, zero padded to whole words."""
        body = self.body
        position = self.position
        if body.load_u256_be(pointer) != U256(position):
            return False
        left = body.length() - position
        if left < 32:
            return False
        count = body.load_u256_be(position)
        left = left - 32
        if count > U256(left):
            return False
        length = U32(count) * unit
        padded = (length + 31) & U32(0xFFFF_FFE0)
        if padded > left:
            return False
        position = position + 32
        for index in urange(length, padded):
            if body[position + index] != 0:
                return False
        self.item = body.window(position, length)
        self.position = position + padded
        return True

    def _is_consistent(self) -> bool:
        """Structure checks of transactions spec 3."""
        kind = self.kind
        typed = kind == TYPE_EIP2930 or kind == TYPE_EIP1559
        ethereum = kind == TYPE_LEGACY or typed
        from_l1 = self.is_l1()
        if not (ethereum or from_l1 or kind == TYPE_EIP712):
            return False
        if kind == TYPE_LEGACY or kind == TYPE_EIP2930:
            if self.max_fee != self.max_priority_fee:
                return False
        if kind != TYPE_EIP712:
            if self.paymaster != Address(0) or self.paymaster_input.length() != 0:
                return False
        if (typed or kind == TYPE_EIP712) and self.first_reserved != 0:
            return False
        if kind == TYPE_EIP712 and self.second_reserved != 0:
            return False
        if ethereum and self.second_reserved != 0 and self.to != Address(0):
            return False
        if self.body.load_u256_be(384) != 0 or self.body.load_u256_be(416) != 0:
            return False
        if ethereum and self.factory_deps.length() != 0:
            return False
        if from_l1:
            return self.signature.length() == 0
        return self.signature.length() == SIGNATURE_BYTES
