"""Where generators take their choices from: a seed, a fuzzer's bytes or Hypothesis.

Generators know only `Source`. Its first choices are the simple ones: a source that
answers zero to everything gives the smallest value of each generator.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Final, TypeVar, overload

T = TypeVar("T")
_EXACT_FLOAT: Final = 1 << 40
"""Ranges below this are drawn from one float, which is faster than bits."""


class Source(ABC):
    """A stream of choices."""

    @abstractmethod
    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""

    @abstractmethod
    def bytes(self, length: int) -> bytes:
        """Exactly `length` bytes."""

    def integer(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 draws."""
        return self.below(100) >= 100 - percent

    @overload
    def choose(self, items: Sequence[T]) -> T: ...
    @overload
    def choose(self, items: Sequence[T], weights: "Weights") -> T: ...
    def choose(self, items: Sequence[T], weights: "Weights | None" = None) -> T:
        """One of `items`, which are not empty."""
        if weights is None:
            return items[self.below(len(items))]
        return items[weights.index(self.below(weights.total))]


class Weights:
    """How often each of a list of items is chosen."""

    def __init__(self, *weights: int) -> None:
        self._sums: Final = list(accumulate(weights))
        self.total: Final = self._sums[-1]

    def index(self, position: int) -> int:
        """The item at a position below the total."""
        for index, limit in enumerate(self._sums):
            if position < limit:
                return index
        raise IndexError(position)


class RandomSource(Source):
    """Choices from a seed: the same seed gives the same choices everywhere."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self._float: Final = random.random
        self._range: Final = random.randrange
        self._bytes: Final = random.randbytes

    def below(self, limit: int) -> int:
        if limit <= _EXACT_FLOAT:
            return int(self._float() * limit)
        return self._range(limit)

    def bytes(self, length: int) -> bytes:
        return self._bytes(length)


class BytesSource(Source):
    """Choices from a fuzzer's bytes; zeros after their end."""

    def __init__(self, data: bytes) -> None:
        self._data: Final = data
        self._position = 0

    def below(self, limit: int) -> int:
        if limit <= 1:
            return 0
        length = ((limit - 1).bit_length() + 7) // 8
        return int.from_bytes(self.bytes(length), "big") % limit

    def bytes(self, length: int) -> bytes:
        taken = self._data[self._position : self._position + length]
        self._position += length
        return taken + bytes(length - len(taken))

    @property
    def exhausted(self) -> bool:
        """Whether choices were made beyond the bytes."""
        return self._position > len(self._data)
