"""Working memory that all hooks share: inputs are padded, outputs written here."""

from typing import Final

from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView, List, allocate_bytes

HOOK_OUTPUT_BYTES: Final = U32(64)
SMALLEST_ROOM: Final = U32(1024)


class HookMemory:
    """One per block. What a hook leaves here is copied away before the next runs."""

    result: ByteView
    topics: List[U256]
    room: ByteView
    """Grows to the largest amount ever asked for."""

    def __init__(self) -> None:
        self.result = allocate_bytes(HOOK_OUTPUT_BYTES)
        self.topics = List(U256)
        self.room = allocate_bytes(SMALLEST_ROOM)

    def reserve(self, length: U32) -> ByteView:
        """`length` bytes of any content; ends the use of what was reserved before."""
        capacity = self.room.length()
        if capacity < length:
            while capacity < length:
                capacity = capacity << 1
            self.room = allocate_bytes(capacity)
        return self.room.window(0, length)

    def padded(self, data: ByteView, length: U32) -> ByteView:
        """The first `length` bytes of `data`, zero where it is shorter."""
        if data.length() >= length:
            return data.window(0, length)
        room = self.reserve(length)
        copy_padded(data, U64(0), room)
        return room


def copy_padded(data: ByteView, offset: U64, target: ByteView) -> None:
    """Fill `target` with the bytes of `data` from `offset`, then zeros."""
    available = U32(0)
    if offset < U64(data.length()):
        available = data.length() - U32(offset)
    length = target.length()
    if available > length:
        available = length
    if available != 0:
        target.window(0, available).copy_from(data.window(U32(offset), available))
    target.window(available, length - available).fill(0)
