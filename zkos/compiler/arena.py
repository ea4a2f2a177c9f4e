"""Memory for the objects of compiled guests, far from where code is loaded.

Compiled code reaches its own functions and tables over at most 2 GiB. Where the system
places memory by itself, arenas of 1 GiB soon lie between the parts of what is loaded
after them; LLVM ends the process then. So they have a region of their own.
"""

import ctypes
import mmap
import weakref
from itertools import cycle
from typing import Final

ARENA_BYTES: Final = 1 << 30
_REGION: Final = 1 << 45
"""Far from programs, libraries and the shadows of sanitizers, on x86-64."""
_DISTANCE: Final = 1 << 33
_places = cycle(range(_REGION, 3 * _REGION, _DISTANCE))
_FAILED: Final = ctypes.c_void_p(-1).value
_libc: Final = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p


class Arena:
    """Bytes that are zero, and only there once they are used."""

    def __init__(self, size: int = ARENA_BYTES) -> None:
        """Take `size` bytes of address space. MemoryError if there is no room."""
        protection = mmap.PROT_READ | mmap.PROT_WRITE
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        found = _libc.mmap(
            ctypes.c_void_p(next(_places)),
            ctypes.c_size_t(size),
            *(protection, flags, -1),
            ctypes.c_long(0),
        )
        if found in (None, _FAILED):
            raise MemoryError(f"no room for {size} bytes of a guest's memory")
        self.address: Final[int] = found
        self._size: Final = size
        weakref.finalize(self, _release, found, size)

    def __len__(self) -> int:
        return self._size

    def read(self, start: int, length: int) -> bytes:
        """Bytes from `start` on; fewer at the end."""
        length = max(0, min(length, self._size - start))
        return ctypes.string_at(self.address + start, length)

    def clear(self, length: int) -> None:
        """Make the first bytes zero by giving their pages back."""
        size = -(-length // mmap.PAGESIZE) * mmap.PAGESIZE
        _call("madvise", self.address, size, mmap.MADV_DONTNEED)

    def present(self, length: int) -> bytes:
        """For each page of the first bytes whether it is there, in the lowest bit."""
        pages = -(-min(length, len(self)) // mmap.PAGESIZE)
        found = (ctypes.c_ubyte * pages)()
        _call("mincore", self.address, pages * mmap.PAGESIZE, found)
        return bytes(found)


def _call(name: str, address: int, size: int, argument: object) -> None:
    """A function of the system on a range. OSError if it fails."""
    function = getattr(_libc, name)
    if function(ctypes.c_void_p(address), ctypes.c_size_t(size), argument):
        raise OSError(ctypes.get_errno(), name)


def _release(address: int, size: int) -> None:
    _libc.munmap(ctypes.c_void_p(address), ctypes.c_size_t(size))
