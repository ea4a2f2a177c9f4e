"""Memory of the system: return data of an interaction, and copies that stay."""

from zkos.guest.protocol.limits import RETURN_MEMORY_BYTES
from zkos.guest.system.errors import OutOfReturnMemory
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView, allocate_bytes


class ReturnMemory:
    """A bump buffer (system spec 4)."""

    data: ByteView
    used: U32
    """In bytes."""

    def __init__(self) -> None:
        self.data = allocate_bytes(RETURN_MEMORY_BYTES)
        self.used = U32(0)

    def append(self, data: ByteView) -> ByteView:
        """A copy of `data` that stays until `reset`.

        Raises OutOfReturnMemory.
        """
        length = data.length()
        start = self.used
        if length > RETURN_MEMORY_BYTES - start:
            raise OutOfReturnMemory
        copy = self.data.window(start, length)
        copy.copy_from(data)
        self.used = start + length
        return copy

    def room(self) -> U32:
        """Bytes that can still be appended."""
        return RETURN_MEMORY_BYTES - self.used

    def reset(self) -> None:
        """Free everything."""
        self.used = U32(0)


def copy_of(data: ByteView) -> ByteView:
    """A copy that lives to the end of the run."""
    copy = allocate_bytes(data.length())
    copy.copy_from(data)
    return copy
