"""Mappings and sorted keys of which forks share what they have in common.

Each is a large part that several forks may hold, never changed while they do, and a
small part of its own. A change costs what the small part is long; now and then, as it
has grown, both become a new large part. Nothing is ever removed.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Self, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")

SMALL: Final = 256
"""So much a part of one's own may always hold."""
SHARE: Final = 32
"""And this part of the large one."""


def is_small(own: int, whole: int) -> bool:
    """Whether a part of `own` items is small beside `whole`."""
    return own <= SMALL + whole // SHARE


class LayeredDict(Mapping[_K, _V]):
    """A mapping that only grows, in the order in which keys came."""

    __slots__ = ("_base", "_base_shared", "_own", "_own_shared")

    def __init__(self, items: Iterable[tuple[_K, _V]] = ()) -> None:
        self._base: dict[_K, _V] = dict(items)
        self._own: dict[_K, _V] = {}
        self._base_shared = self._own_shared = False

    def fork(self) -> Self:
        """An independent mapping of the same content."""
        twin = type(self).__new__(type(self))
        twin._base, twin._own = self._base, self._own
        self._base_shared = self._own_shared = True
        twin._base_shared = twin._own_shared = True
        return twin

    def add(self, key: _K, value: _V) -> None:
        """Give a value to a key that has none."""
        if not self._base_shared:
            self._base[key] = value
            return
        if self._own_shared:
            self._own = self._own.copy()
            self._own_shared = False
        self._own[key] = value
        if not is_small(len(self._own), len(self._base)):
            self._base = self._base | self._own
            self._own = {}
            self._base_shared = False

    def __getitem__(self, key: _K) -> _V:
        if self._own and key in self._own:
            return self._own[key]
        return self._base[key]

    def __contains__(self, key: object) -> bool:
        return key in self._base or key in self._own

    def __len__(self) -> int:
        return len(self._base) + len(self._own)

    def __iter__(self) -> Iterator[_K]:
        yield from self._base
        yield from self._own


class LayeredKeys:
    """Byte strings in order; there is always one below all others."""

    __slots__ = ("_base", "_own", "_own_shared")

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._base = sorted(keys)
        self._own: list[bytes] = []
        self._own_shared = False

    def fork(self) -> "LayeredKeys":
        """An independent set of the same keys."""
        twin = LayeredKeys.__new__(LayeredKeys)
        twin._base, twin._own = self._base, self._own
        self._own_shared = twin._own_shared = True
        return twin

    def add(self, key: bytes) -> None:
        """Put a new key in its place."""
        if self._own_shared:
            self._own = self._own.copy()
            self._own_shared = False
        insort(self._own, key)
        if not is_small(len(self._own), len(self._base)):
            self._base = sorted(self._base + self._own)
            self._own = []

    def not_above(self, key: bytes) -> bytes:
        """The greatest key that is not above this one."""
        found = self._base[bisect_right(self._base, key) - 1]
        place = bisect_right(self._own, key)
        if place and self._own[place - 1] > found:
            return self._own[place - 1]
        return found
