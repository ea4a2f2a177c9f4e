"""Memory of guests: zero at first and again, far from code, given back."""

import ctypes
import mmap

import pytest

from zkos.compiler.arena import Arena

FAR = 1 << 40


def test_memory_is_far_from_what_the_system_places() -> None:
    near = mmap.mmap(-1, mmap.PAGESIZE)
    arenas = [Arena() for _ in range(3)]
    addresses = [arena.address for arena in arenas]
    code = id(near)
    assert all(abs(address - code) > FAR for address in addresses)
    assert len(set(addresses)) == 3


def test_memory_is_cleared_by_pages() -> None:
    arena = Arena(4 * mmap.PAGESIZE)
    assert arena.present(len(arena)) == bytes(4)
    ctypes.memset(arena.address, 1, len(arena))
    assert arena.read(0, 3) == b"\1\1\1"
    assert [page & 1 for page in arena.present(len(arena))] == [1] * 4
    arena.clear(mmap.PAGESIZE + 1)
    assert arena.read(0, 2 * mmap.PAGESIZE) == bytes(2 * mmap.PAGESIZE)
    assert arena.read(2 * mmap.PAGESIZE, 1) == b"\1"


def test_reading_ends_with_the_memory() -> None:
    arena = Arena(mmap.PAGESIZE)
    assert arena.read(mmap.PAGESIZE - 2, 5) == bytes(2)
    assert arena.read(mmap.PAGESIZE + 2, 5) == b""


def test_no_room_is_an_error() -> None:
    with pytest.raises(MemoryError, match="no room"):
        Arena(1 << 60)
