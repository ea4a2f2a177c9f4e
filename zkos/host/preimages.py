"""What the hashes in the state stand for: account encodings and code.

The oracle answers preimage queries from here. Nothing is ever removed.
"""

from collections.abc import Iterable, Iterator

from zkos.host.layered import LayeredDict
from zkos.host.tree import hash_bytes


class Preimages:
    """Byte strings by their BLAKE2s; forks share until one of them grows."""

    def __init__(self, data: Iterable[bytes] = ()) -> None:
        self._data = LayeredDict((hash_bytes(item), item) for item in data)

    def fork(self) -> "Preimages":
        """An independent store of the same content."""
        twin = Preimages.__new__(Preimages)
        twin._data = self._data.fork()
        return twin

    def add(self, data: bytes) -> bytes:
        """Remember `data`; its hash."""
        digest = hash_bytes(data)
        if digest not in self._data:
            self._data.add(digest, data)
        return digest

    def get(self, digest: bytes) -> bytes | None:
        """The bytes with this hash, if known."""
        return self._data.get(digest)

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        """All byte strings in the order they came."""
        return iter(self._data.values())
