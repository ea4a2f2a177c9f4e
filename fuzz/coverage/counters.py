"""Coverage counters of compiled code as sets of features.

A counter says in eight steps how often its block ran; counter and step make a
feature. Sets of features are Python integers: one bit a feature, so that union,
difference and size are single operations at the speed of memory.
"""

import ctypes
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from zkos.compiler.native import NativeLibrary

Place: TypeAlias = tuple[str, int]
"""A file as the repository names it, and a line."""

_STEPS: Final = (1, 2, 3, 4, 8, 16, 32, 128)
"""Smallest count of each step; counters wrap at 256."""
FEATURE_BITS: Final = len(_STEPS)
SEMANTIC_BITS: Final = 1 << 14
"""Room for features that are no counters."""


def _step(count: int) -> int:
    return 1 << sum(count >= low for low in _STEPS) - 1 if count else 0


_TRANSLATION: Final = bytes(_step(count) for count in range(256))


class Counters:
    """The counters of a loaded coverage build."""

    def __init__(
        self,
        cells: "ctypes.Array[ctypes.c_uint8]",
        places: Sequence[Place] = (),
        reached: Sequence[Sequence[int]] = (),
    ) -> None:
        """`reached` has the numbers of each counter's places, in builds with lines."""
        self._cells: Final = cells
        self._address: Final = ctypes.addressof(cells)
        self.size: Final = len(cells)
        self.places: Final = places
        self._reached: Final = reached

    @classmethod
    def of(cls, library: NativeLibrary) -> "Counters":
        """Those of a coverage build."""
        module = library.module
        return cls(library.coverage, module.places, module.reached)

    def clear(self) -> None:
        """Count from zero."""
        ctypes.memset(self._address, 0, self.size)

    def features(self) -> int:
        """What ran since `clear`, above `SEMANTIC_BITS` bits of nothing."""
        counts = ctypes.string_at(self._address, self.size)
        ran = int.from_bytes(counts.translate(_TRANSLATION), "little")
        return ran << SEMANTIC_BITS

    def lines(self) -> set[Place]:
        """The places that ran since `clear`; none in builds without lines."""
        counts = ctypes.string_at(self._address, self.size)
        numbers = {
            number
            for at, own in enumerate(self._reached)
            if counts[at]
            for number in own
        }
        return {self.places[number] for number in numbers}

    @property
    def address(self) -> int:
        """Where the first counter lies."""
        return self._address


def covered(features: int) -> int:
    """How many counters a set of features touches."""
    bits = features >> SEMANTIC_BITS
    size = (bits.bit_length() + 7) // 8
    return size - bits.to_bytes(size, "little").count(0)


@lru_cache(maxsize=4096)
def semantic(*facts: Any) -> int:
    """The feature that stands for these facts, as a set of one."""
    return 1 << zlib.crc32(repr(facts).encode()) % SEMANTIC_BITS


def magnitude(number: int) -> int:
    """A number coarsely, so that it makes few features: its length in bits."""
    return number.bit_length()
