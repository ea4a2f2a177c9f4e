"""Steps of long work, told to whoever listens; who works need not know who does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_listeners: Final[list[Callable[[str], None]]] = []


def step(text: str) -> None:
    """Tell a step: what works calls this unless it is given a listener of its own."""
    for listener in _listeners:
        listener(text)


@contextmanager
def heard(listener: Callable[[str], None]) -> Iterator[None]:
    """Listen to all steps meanwhile."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
