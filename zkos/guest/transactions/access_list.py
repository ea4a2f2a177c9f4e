"""The access list of a transaction (EIP-2930), item by item.

Its structure is checked when the transaction is decoded, but for the header of each
key: that one is looked at when the list is walked, after what precedes it was paid
for (transactions spec 2).
"""

from typing import Final

from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.guest.state.io import Io
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, Address
from zkos.lang.memory import ByteView, allocate_bytes

KEY_BYTES: Final = U32(33)
"""Of an encoded key."""
KEY_HEADER: Final = U8(0xA0)


class AccessList:
    """Reads one list at a time."""

    items: RlpReader
    parts: RlpReader
    """The inside of the item read last."""
    address: Address
    """Of that item, like its keys, which are still encoded."""
    keys: ByteView

    def __init__(self, lax: bool) -> None:
        self.items = RlpReader(lax)
        self.parts = RlpReader(lax)
        self.address = Address(0)
        self.keys = allocate_bytes(0)

    def check(self, content: ByteView) -> None:
        """Read all items of a list. Raises MalformedRlp."""
        self.items.open(content)
        while not self.items.is_empty():
            self._next()

    def size(self, content: ByteView) -> tuple[U32, U32]:
        """How many addresses and keys a list has that was read before.

        Raises MalformedRlp.
        """
        addresses = U32(0)
        keys = U32(0)
        self.items.open(content)
        while not self.items.is_empty():
            self._next()
            addresses = addresses + 1
            keys = keys + self.keys.length() // KEY_BYTES
        return addresses, keys

    def warm(self, content: ByteView, io: Io, resources: Resources) -> None:
        """Touch every account and slot of a list, in order.

        Raises MalformedRlp, OutOfErgs and OutOfNative.
        """
        self.items.open(content)
        while not self.items.is_empty():
            self._next()
            address = self.address
            io.touch_account(NO_ENVIRONMENT, resources, address, True)
            keys = self.keys
            for number in urange(keys.length() // KEY_BYTES):
                start = number * KEY_BYTES
                if keys[start] != KEY_HEADER:
                    raise MalformedRlp
                io.touch_slot(resources, address, keys.load_u256_be(start + 1))

    def _next(self) -> None:
        parts = self.parts
        parts.open(self.items.sublist())
        self.address = parts.address()
        keys = parts.sublist()
        if keys.length() % KEY_BYTES != 0:
            raise MalformedRlp
        self.keys = keys
        parts.finish()
