"""Byte strings by their hashes.

Guest language. A string follows the entry of its hash, see `keys`.
"""

from typing import Final

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
from zkos.lang.control import inline
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView

HEAD_BYTES: Final = U32(48)
"""Of a string to add: its hash and length. It follows, with zeros to whole 16."""


def add(memory: ByteView, handle: ByteView, items: ByteView, first: U32) -> U32:
    """Remember strings from place `first` on, as long as there is room.

    The place to go on at, or the length of `items`.
    """
    place = first
    while place < items.length():
        length = items.load_u32(place + 32)
        if not has_room(memory, length + ROOM):
            return place
        digest = items.window(place, 32)
        place = place + HEAD_BYTES
        if find_entry(memory, handle.load_u32(KEYS), digest) == 0:
            _add(memory, handle, digest, items.window(place, length))
        place = place + _whole(length)
    return place


@inline
def _whole(length: U32) -> U32:
    return (length + 15) & 0xFFFFFFF0


def _add(memory: ByteView, handle: ByteView, digest: ByteView, data: ByteView) -> None:
    length = data.length()
    entry = allocate(memory, ENTRY_BYTES + _whole(length))
    key_at(memory, entry).copy_from(digest)
    memory.store_u32(entry + ENTRY_NUMBER, length)
    memory.window(entry + ENTRY_BYTES, length).copy_from(data)
    insert_entry(memory, handle, entry)
    handle.store_u32(COUNT, handle.load_u32(COUNT) + 1)
