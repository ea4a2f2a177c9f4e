"""Byte strings by their hashes.

Guest language. A string follows the entry of its hash, see `keys`.
"""

from zkos.host.store.keys import find_entry, insert_entry, key_at
from zkos.host.store.layout import (
    COUNT,
    ENTRY_BYTES,
    ENTRY_NUMBER,
    KEYS,
    ROOM,
    allocate,
    has_room,
)
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView


def add(memory: ByteView, handle: ByteView, digest: ByteView, data: ByteView) -> U32:
    """Remember a string: 0 if there is no room, 1 if it was known, 2 if it was not."""
    if find_entry(memory, handle.load_u32(KEYS), digest) != 0:
        return U32(1)
    length = data.length()
    if not has_room(memory, length + ROOM):
        return U32(0)
    entry = allocate(memory, ENTRY_BYTES + ((length + 15) & 0xFFFFFFF0))
    key_at(memory, entry).copy_from(digest)
    memory.store_u32(entry + ENTRY_NUMBER, length)
    memory.window(entry + ENTRY_BYTES, length).copy_from(data)
    insert_entry(memory, handle, entry)
    handle.store_u32(COUNT, handle.load_u32(COUNT) + 1)
    return U32(2)


def find(memory: ByteView, handle: ByteView, digest: ByteView) -> U32:
    """Where the entry of a string is, or 0."""
    return find_entry(memory, handle.load_u32(KEYS), digest)
