"""RLP encoding into memory, for what is kept or hashed as a whole."""

from typing import Final

from zkos.guest.rlp.writer import byte_length
from zkos.lang.ints import U8, U32, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes

SMALLEST_ROOM: Final = U32(1024)


class RlpBuffer:
    """Grows as items are appended."""

    room: ByteView
    length: U32
    """Bytes written."""

    def __init__(self) -> None:
        self.room = allocate_bytes(SMALLEST_ROOM)
        self.length = U32(0)

    def reset(self) -> None:
        """Begin anew; views of what was written are no longer good."""
        self.length = U32(0)

    def written(self) -> ByteView:
        """What was written, good until more is."""
        return self.room.window(0, self.length)

    def copy(self) -> ByteView:
        """The same for good."""
        copy = allocate_bytes(self.length)
        copy.copy_from(self.written())
        return copy

    def put_raw(self, data: ByteView) -> None:
        """Append bytes that are encoded already."""
        length = data.length()
        self._reserve(length)
        self.room.window(self.length, length).copy_from(data)
        self.length = self.length + length

    def put_byte(self, value: U8) -> None:
        """Append one byte as it is."""
        self._reserve(U32(1))
        self.room[self.length] = value
        self.length = self.length + 1

    def put_bytes(self, data: ByteView) -> None:
        """Append a byte string."""
        if data.length() != 1 or data[0] >= 0x80:
            self._put_prefix(U32(0x80), data.length())
        self.put_raw(data)

    def put_list(self, payload: U32) -> None:
        """Append the prefix of a list whose items take `payload` bytes."""
        self._put_prefix(U32(0xC0), payload)

    def put_number(self, value: U256) -> None:
        """Append a number."""
        if value == 0:
            self.put_byte(U8(0x80))
            return
        if value < U256(0x80):
            self.put_byte(U8(value))
            return
        length = byte_length(value)
        self.put_byte(U8(0x80) + U8(length))
        self._put_digits(value, length)

    def put_hash(self, value: U256) -> None:
        """Append the 32 bytes that the number spells."""
        self.put_byte(U8(0xA0))
        self._put_digits(value, U32(32))

    def put_address(self, address: Address) -> None:
        """Append the 20 bytes of an address."""
        self.put_byte(U8(0x94))
        self._put_digits(U256(address), U32(20))

    def _put_prefix(self, base: U32, length: U32) -> None:
        if length < 56:
            self.put_byte(U8(base + length))
            return
        digits = byte_length(U256(length))
        self.put_byte(U8(base + 55 + digits))
        self._put_digits(U256(length), digits)

    def _put_digits(self, value: U256, count: U32) -> None:
        """Append the last `count` bytes that spell the number."""
        self._reserve(U32(32))
        shifted = value << (U32(256) - (count << 3)) if count < 32 else value
        self.room.store_u256_be(self.length, shifted)
        self.length = self.length + count

    def _reserve(self, more: U32) -> None:
        """Have room for so many bytes."""
        needed = self.length + more
        size = self.room.length()
        if needed <= size:
            return
        while size < needed:
            size = size << 1
        room = allocate_bytes(size)
        room.window(0, self.length).copy_from(self.written())
        self.room = room
