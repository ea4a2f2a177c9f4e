"""Slots and addresses whose hashes begin alike, so that their paths in tries part late.

A trie of them has extensions, branches of two and leaves that move up when their only
neighbour goes.
"""

from collections import defaultdict
from functools import cache
from typing import Final

from fuzz.strategies.source import Source, Weights
from zkos.host.signing import keccak256

_SEARCHED: Final = 2048
_FIRST_ADDRESS: Final = 0xA11C_E000
_MOST: Final = 8
_NIBBLES: Final = (1, 2, 3, 4)
_WEIGHTS: Final = Weights(25, 25, 30, 20)
Family = tuple[int, ...]


@cache
def slot_families(nibbles: int) -> tuple[Family, ...]:
    """Slots whose paths have this many nibbles in common."""
    return _families(range(_SEARCHED), 32, nibbles)


@cache
def address_families(nibbles: int) -> tuple[Family, ...]:
    """Addresses whose paths have this many nibbles in common."""
    known = range(_FIRST_ADDRESS, _FIRST_ADDRESS + _SEARCHED)
    return _families(known, 20, nibbles)


def some_slots(source: Source) -> tuple[int, ...]:
    """Slots of two or three families, and one of none."""
    made: list[int] = [0]
    for _ in range(source.integer(1, 3)):
        families = slot_families(source.choose(_NIBBLES, _WEIGHTS))
        made.extend(source.choose(families))
    return tuple(dict.fromkeys(made))


def some_addresses(source: Source) -> tuple[int, ...]:
    """Addresses of a family or two."""
    made: list[int] = []
    for _ in range(source.integer(1, 2)):
        families = address_families(source.choose(_NIBBLES, _WEIGHTS))
        made.extend(source.choose(families))
    return tuple(dict.fromkeys(made))


def _families(numbers: range, size: int, nibbles: int) -> tuple[Family, ...]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        path = keccak256(number.to_bytes(size, "big")).hex()
        groups[path[:nibbles]].append(number)
    return tuple(tuple(group[:_MOST]) for group in groups.values() if len(group) > 1)
