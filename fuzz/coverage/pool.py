"""The inputs worth changing further, and what they reach together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from fuzz.coverage.counters import covered
from fuzz.strategies.source import Source

I = TypeVar("I")  # noqa: E741 (an input)
_YOUNG_PERCENT: Final = 40
_YOUNG_PART: Final = 8
"""One entry of so many is young."""
_FAVOURITE_TRIES: Final = 3
_OVERHEAD: Final = 2000
"""Cost of running whatever input, in bytes of it."""


@dataclass(slots=True)
class Entry(Generic[I]):
    """An input that reached something first, or is cheaper than who did."""

    name: str
    load: Callable[[], I]
    """Gives the input; many are never asked for."""
    size: int
    cost: int
    """Its size, and the work of running it."""
    first: int
    """Features nobody had before."""
    chosen: int = 0
    """How often it was changed."""


def _dearness(entry: Entry[I]) -> int:
    """What was spent on an entry, and will be by changing it."""
    return (entry.chosen + 1) * (_OVERHEAD + entry.cost)


@dataclass(slots=True)
class Pool(Generic[I]):
    """Entries by age, and all features seen."""

    entries: list[Entry[I]] = field(default_factory=list)
    seen: int = 0
    unstable: int = 0
    """Features an input reached and, run again, did not: they count for nothing."""
    bytes: int = 0
    """Size of all entries."""
    _names: dict[str, Entry[I]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def get(self, name: str) -> Entry[I] | None:
        """The entry with this name."""
        return self._names.get(name)

    def new(self, features: int) -> int:
        """Those of the features nobody had and that can be relied on."""
        return features & ~(self.seen | self.unstable)

    def see(self, features: int) -> None:
        """Take note of features without keeping their input."""
        self.seen |= features

    def add(self, entry: Entry[I]) -> None:
        """Keep an input."""
        self.entries.append(entry)
        self._names[entry.name] = entry
        self.bytes += entry.size
        self.seen |= entry.first

    def replace(self, old: Entry[I], entry: Entry[I]) -> None:
        """Keep a cheaper input instead of an older one."""
        self.entries[self.entries.index(old)] = entry
        del self._names[old.name]
        self._names[entry.name] = entry
        self.bytes += entry.size - old.size

    def choose(self, source: Source) -> Entry[I]:
        """An entry to change: a young one or any, cheap and seldom chosen."""
        count = len(self.entries)
        young = source.chance(_YOUNG_PERCENT)
        among = max(1, count // _YOUNG_PART) if young else count
        tries = (
            self.entries[count - 1 - source.below(among)]
            for _ in range(_FAVOURITE_TRIES)
        )
        # Cheap inputs run often, dear ones less so.
        chosen = min(tries, key=_dearness)
        chosen.chosen += 1
        return chosen

    @property
    def coverage(self) -> int:
        """Counters ever touched."""
        return covered(self.seen)

    @property
    def features(self) -> int:
        """Features ever seen."""
        return self.seen.bit_count()
