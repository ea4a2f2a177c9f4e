"""The memory that versions of a state share, and the handle of each version."""

import ctypes
import mmap
import struct
from hashlib import blake2s
from typing import Final, Self

from zkos.host.store import layout
from zkos.host.store.library import View

_WORD: Final = struct.Struct("<I")
_EPOCH: Final = int(layout.EPOCH)
_START: Final = int(layout.START)
_EMPTY: Final = int(layout.EMPTY)
MOST: Final = (1 << 32) - mmap.PAGESIZE
"""Bytes that places of 32 bits reach."""
_LARGE: Final = 1 << 20
"""From here on memory is mapped: it grows without being copied."""


def _template() -> bytes:
    """A memory without objects."""
    digest = blake2s(bytes(72)).digest()
    levels = [digest]
    for _ in range(64):
        digest = blake2s(digest + digest).digest()
        levels.append(digest)
    return _WORD.pack(_START) + bytes(_EMPTY - 4) + b"".join(levels)


_TEMPLATE: Final = _template()


def _large(size: int) -> mmap.mmap:
    return mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


class StoreMemory:
    """Objects of versions that come from each other; it grows, and lives with them."""

    def __init__(self, size: int = 1 << 14, content: bytes = _TEMPLATE) -> None:
        self.data: bytearray | mmap.mmap = bytearray()
        self.epoch = 0
        self._have(size)
        self.data[: len(content)] = content

    def grow(self, needed: int = 0) -> None:
        """Have twice the room, and `needed` more; MemoryError beyond `MOST`."""
        size = len(self.data)
        if size == MOST:
            raise MemoryError("a state takes more than 4 GiB")
        self._have(min(2 * size + needed, MOST))

    def _have(self, size: int) -> None:
        """Have so many bytes, those there were among them."""
        if isinstance(self.data, mmap.mmap):
            self.data.resize(size)
        else:
            before = self.data
            self.data = _large(size) if size > _LARGE else bytearray(size)
            self.data[: len(before)] = before
        cell = ctypes.c_char.from_buffer(self.data)
        self.view: View = (ctypes.addressof(cell), size)

    @property
    def used(self) -> int:
        """Bytes in use."""
        (used,) = _WORD.unpack_from(self.data)
        return int(used)

    def next_epoch(self) -> int:
        """A number that no version had before."""
        self.epoch += 1
        return self.epoch


class Version:
    """The handle of a version: what it is, and what belongs to it alone."""

    __slots__ = ("data", "memory", "view")

    def __init__(self, memory: StoreMemory, content: bytes | None = None) -> None:
        self.memory = memory
        self.data = bytearray(content or bytes(int(layout.HANDLE_BYTES)))
        self.view: View = (
            ctypes.addressof(ctypes.c_char.from_buffer(self.data)),
            len(self.data),
        )
        self.separate()

    def separate(self) -> None:
        """Own nothing of what there is."""
        _WORD.pack_into(self.data, _EPOCH, self.memory.next_epoch())

    def fork(self) -> "Version":
        """Another version of the same content; neither sees changes of the other."""
        self.separate()
        return Version(self.memory, bytes(self.data))

    @property
    def count(self) -> int:
        """Number of leaves or strings."""
        (count,) = _WORD.unpack_from(self.data, int(layout.COUNT))
        return int(count)


class Buffer:
    """Bytes that compiled code reads or writes."""

    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        cell = ctypes.c_char.from_buffer(self.data) if size else None
        self.view: View = (ctypes.addressof(cell) if cell is not None else 0, size)

    @classmethod
    def of(cls, content: bytes) -> Self:
        made = cls(len(content))
        made.data[:] = content
        return made
