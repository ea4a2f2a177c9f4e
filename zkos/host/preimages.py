"""What the hashes in the state stand for: account encodings and code.

The oracle answers preimage queries from here. Nothing is ever removed.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Final

from zkos.host.layered import LayeredDict
from zkos.host.store.library import store
from zkos.host.store.memory import Buffer, StoreMemory, Version
from zkos.host.tree import hash_bytes

_HEAD: Final = struct.Struct("<32sI12x")


class Preimages:
    """Byte strings by their BLAKE2s; forks share until one of them grows."""

    __slots__ = ("_data", "_late", "_version")

    def __init__(self, data: Iterable[bytes] = ()) -> None:
        self._data = LayeredDict((hash_bytes(item), item) for item in data)
        self._version: Version | None = None
        self._late: list[tuple[bytes, bytes]] = list(self._data.items())
        """What is not in `_version` yet."""

    def fork(self) -> "Preimages":
        """An independent store of the same content."""
        twin = Preimages.__new__(Preimages)
        twin._data = self._data.fork()
        twin._version = None if self._version is None else self._version.fork()
        twin._late = self._late.copy()
        return twin

    def add(self, data: bytes) -> bytes:
        """Remember `data`; its hash."""
        digest = hash_bytes(data)
        if digest not in self._data:
            self._data.add(digest, data)
            self._late.append((digest, data))
        return digest

    def get(self, digest: bytes) -> bytes | None:
        """The bytes with this hash, if known."""
        return self._data.get(digest)

    def settled(self) -> Version:
        """All of them in flat memory."""
        version = self._version
        if version is None:
            version = self._version = Version(StoreMemory())
        if self._late:
            items, self._late = _packed(self._late), []
            memory, place = version.memory, 0
            while True:
                place = store().add_blobs(memory.view, version.view, items.view, place)
                if place == len(items.data):
                    break
                memory.grow(len(items.data))
        return version

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        """All byte strings in the order they came."""
        return iter(self._data.values())


def _packed(items: Iterable[tuple[bytes, bytes]]) -> Buffer:
    parts = []
    for digest, data in items:
        parts += [_HEAD.pack(digest, len(data)), data, bytes(-len(data) % 16)]
    return Buffer.of(b"".join(parts))
