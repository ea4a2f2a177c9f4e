"""RLP encoding into bytes, for hashes that `writer` does not feed."""

from zkos.guest.rlp.writer import byte_length
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes


class RlpBuffer:
    """Items one after another; `take` what was put."""

    room: ByteView
    end: U32
    word: ByteView

    def __init__(self) -> None:
        self.room = allocate_bytes(1024)
        self.end = U32(0)
        self.word = allocate_bytes(32)

    def take(self) -> ByteView:
        """All since the last time, good until the next item."""
        taken = self.room.window(0, self.end)
        self.end = U32(0)
        return taken

    def put_byte(self, value: U8) -> None:
        """Append a byte as it is."""
        self.grow(U32(1))[0] = value

    def put_number(self, value: U64) -> None:
        """Append a number."""
        if value != 0 and value < U64(0x80):
            self.put_byte(U8(value))
            return
        length = byte_length(U256(value))
        self.put_byte(U8(0x80) + U8(length))
        self.word.store_u256_be(0, U256(value))
        self.grow(length).copy_from(self.word.window(U32(32) - length, length))

    def put_address(self, address: Address) -> None:
        """Append the 20 bytes of an address."""
        self.put_byte(U8(0x94))
        self.word.store_u256_be(0, U256(address))
        self.grow(U32(20)).copy_from(self.word.window(12, 20))

    def put_hash(self, value: U256) -> None:
        """Append the 32 bytes that the number spells."""
        self.put_byte(U8(0xA0))
        self.grow(U32(32)).store_u256_be(0, value)

    def put_bytes(self, data: ByteView) -> None:
        """Append a byte string."""
        length = data.length()
        if length != 1 or data[0] >= 0x80:
            self.put_prefix(U32(0x80), length)
        if length != 0:
            self.grow(length).copy_from(data)

    def put_list(self, payload: U32) -> None:
        """Append the prefix of a list whose items take `payload` bytes."""
        self.put_prefix(U32(0xC0), payload)

    def put_prefix(self, base: U32, length: U32) -> None:
        """Append the prefix of a string, or of a list, of this length."""
        if length < 56:
            self.put_byte(U8(base + length))
            return
        digits = byte_length(U256(length))
        self.put_byte(U8(base + 55 + digits))
        self.word.store_u256_be(0, U256(length))
        self.grow(digits).copy_from(self.word.window(U32(32) - digits, digits))

    def grow(self, length: U32) -> ByteView:
        """The next bytes, to be written."""
        needed = self.end + length
        size = self.room.length()
        if needed > size:
            size = size.saturating_add(size)
            room = allocate_bytes(size if size > needed else needed)
            room.window(0, self.end).copy_from(self.room.window(0, self.end))
            self.room = room
        place = self.room.window(self.end, length)
        self.end = needed
        return place
