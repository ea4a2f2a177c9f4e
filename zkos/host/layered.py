"""Mappings that only grow, of which forks share what they have in common."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Self, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class LayeredDict(Mapping[_K, _V]):
    """A mapping in the order in which keys came.

    It consists of parts, each at least twice as large as the next. A fork shares all
    and adds to a part of its own; parts of like size become one. So a key is moved
    once for each doubling of what came after it.
    """

    __slots__ = ("_owned", "_parts")

    def __init__(self, items: Iterable[tuple[_K, _V]] = ()) -> None:
        self._parts: tuple[dict[_K, _V], ...] = (dict(items),)
        self._owned = True
        """Whether the last part is no other's."""

    def fork(self) -> Self:
        """An independent mapping of the same content."""
        twin = type(self).__new__(type(self))
        twin._parts = self._parts
        twin._owned = self._owned = False
        return twin

    def add(self, key: _K, value: _V) -> None:
        """Give a value to a key that has none."""
        if self._owned:
            self._parts[-1][key] = value
        else:
            self._parts = (*self._parts, {key: value})
            self._owned = True
        while len(self._parts) > 1:
            *larger, before, last = self._parts
            if len(before) >= 2 * len(last):
                return
            self._parts = (*larger, before | last)

    def add_new(self, key: _K, value: _V) -> None:
        """Give a value to a key unless it has one."""
        if self._owned and len(self._parts) == 1:
            self._parts[0].setdefault(key, value)
        elif key not in self:
            self.add(key, value)

    def __getitem__(self, key: _K) -> _V:
        for part in self._parts:
            if key in part:
                return part[key]
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        for part in self._parts:  # noqa: SIM110 - any() takes longer
            if key in part:
                return True
        return False

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[_K]:
        for part in self._parts:
            yield from part
