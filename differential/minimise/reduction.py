"""Leaving out as much of a list as a test allows, and making numbers small."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def leave_out(items: Sequence[T], test: Callable[[tuple[T, ...]], bool]) -> None:
    """Offer `test` the list with parts left out; go on from what it accepts.

    Halves first, then ever smaller parts, down to each item; from the end, since
    what comes last depends on what comes first (delta debugging).
    """
    kept = tuple(items)
    size = len(kept)
    while size:
        end, shrunk = len(kept), False
        while end > 0:
            start = max(0, end - size)
            candidate = kept[:start] + kept[end:]
            if test(candidate):
                kept, shrunk = candidate, True
            end = start
        size = min(size, len(kept)) if shrunk and size == 1 else size // 2


def make_small(
    number: int, test: Callable[[int], bool], preferred: Iterable[int] = ()
) -> None:
    """Offer `test` smaller numbers: the preferred, 0, 1, then by halves."""
    for candidate in (*preferred, 0, 1):
        if candidate == number or test(candidate):
            return
    low, high = 1, number
    while low + 1 < high:
        middle = (low + high) // 2
        if test(middle):
            high = middle
        else:
            low = middle
        if high - low < high // 8:
            return


def shorter(data: bytes, test: Callable[[bytes], bool]) -> None:
    """Offer `test` the bytes with parts left out, then with zeros in their place."""
    kept = data

    def offer(content: bytes) -> bool:
        nonlocal kept
        if not test(content):
            return False
        kept = content
        return True

    leave_out(data, lambda part: offer(bytes(part)))
    size = len(kept)
    while size:
        for start in range(0, len(kept), size):
            end = min(start + size, len(kept))
            zeroed = kept[:start] + bytes(end - start) + kept[end:]
            if zeroed != kept:
                offer(zeroed)
        size //= 2
