"""The access list of a transaction, followed through its ABI offsets.

The reader is as lenient as the protocol's (transactions spec 4): only the low 32
bits of a word count, offsets wrap and may point anywhere in the body. An item is read
when it is reached, so what lies before a malformed one is already warm.
"""

from typing import Final

from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.rlp.writer import RlpHasher, list_length
from zkos.guest.state.io import Io
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.abi import Transaction
from zkos.lang.control import urange
from zkos.lang.ints import U32, Address
from zkos.lang.memory import ByteView, allocate_bytes

ITEMS_END: Final = U32(1 << 27)
"""Index whose byte offset leaves 32 bits."""
RLP_ADDRESS_BYTES: Final = U32(21)
RLP_KEY_BYTES: Final = U32(33)


class MalformedAccessList(Exception):
    """A word outside the transaction, or not one list in the outer list."""


class AccessList:
    """The list of the current transaction; `open` comes before everything else."""

    body: ByteView
    count: U32
    head: U32
    """Offset of the item pointers."""
    address: Address
    """Of the item read last, like the next two."""
    keys: U32
    """Offset of its first key."""
    key_count: U32
    payload_bytes: U32
    """Length of the RLP items together, known after `warm`."""

    def __init__(self) -> None:
        self.body = allocate_bytes(0)
        self.count = U32(0)
        self.head = U32(0)
        self.address = Address(0)
        self.keys = U32(0)
        self.key_count = U32(0)
        self.payload_bytes = U32(0)

    def warm(self, transaction: Transaction, io: Io, resources: Resources) -> None:
        """Touch every account and slot of the list, in order.

        Raises MalformedAccessList, OutOfErgs and OutOfNative.
        """
        self._open(transaction)
        total = U32(0)
        for index in urange(self.count):
            self._read_item(index)
            address = self.address
            io.touch_account(NO_ENVIRONMENT, resources, address, True)
            for number in urange(self.key_count):
                offset = self._key_offset(number)
                key = self.body.load_u256_be(offset)
                io.touch_slot(resources, address, key)
            total = total.wrapping_add(list_length(self._item_payload()))
        self.payload_bytes = total

    def put(self, rlp: RlpHasher) -> None:
        """Append the list to a hash; it was walked by `warm` before."""
        rlp.put_list(self.payload_bytes)
        for index in urange(self.count):
            self._read_item(index)
            rlp.put_list(self._item_payload())
            rlp.put_address(self.address)
            rlp.put_list(self.key_count * RLP_KEY_BYTES)
            for number in urange(self.key_count):
                rlp.put_bytes(self.body.window(self._key_offset(number), 32))

    def _open(self, transaction: Transaction) -> None:
        self.body = transaction.body
        self.count = U32(0)
        offset = transaction.access_list_offset
        if self._word(offset) == 0:
            return
        offset = offset.wrapping_add(32)
        outer = offset.wrapping_add(self._word(offset))
        if self._word(outer) != 1:
            raise MalformedAccessList
        outer = outer.wrapping_add(32)
        base = outer.wrapping_add(self._word(outer))
        self.count = self._word(base)
        self.head = base.wrapping_add(32)

    def _read_item(self, index: U32) -> None:
        if index >= ITEMS_END:
            raise MalformedAccessList
        head = self.head
        item = head.wrapping_add(self._word(head.wrapping_add(index << 5)))
        self._check(item)
        self.address = Address.truncate(self.body.load_u256_be(item))
        keys = item.wrapping_add(self._word(item.wrapping_add(32)))
        self.key_count = self._word(keys)
        self.keys = keys + 32

    def _key_offset(self, number: U32) -> U32:
        if number >= ITEMS_END:
            raise MalformedAccessList
        left = self.body.length() - self.keys
        offset = number << 5
        if left < 32 or offset > left - 32:
            raise MalformedAccessList
        return self.keys + offset

    def _item_payload(self) -> U32:
        return RLP_ADDRESS_BYTES + list_length(self.key_count * RLP_KEY_BYTES)

    def _word(self, offset: U32) -> U32:
        """The low 32 bits of the word at `offset`."""
        self._check(offset)
        return self.body.load_u32_be(offset + 28)

    def _check(self, offset: U32) -> None:
        """Raise MalformedAccessList unless a whole word lies at `offset`."""
        if offset > self.body.length() - 32:
            raise MalformedAccessList
