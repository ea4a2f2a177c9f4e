"""Where the memory of a guest lies, for a host that looks into it; host side only.

Some queries give the address and length of something the guest wants advice on
(oracle spec 1.4). Under CPython views have no addresses: `place_of` makes them up,
and they hold until `forget_places`.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from zkos.lang.memory import ByteView, Data

Memory: TypeAlias = Callable[[int, int], bytes]
"""The bytes at an address now, given it and their number; ValueError where the guest
has none."""
_FIRST: Final = 1 << 12
_APART: Final = 1 << 12
"""At least so many bytes lie between two views, and addresses are multiples of it."""


def show(channel: object, memory: Memory) -> None:
    """Let a channel look into the memory of its guest, if its method `see` takes it."""
    # A check of the protocol would take longer than most runs have to wait.
    see: Callable[[Memory], None] | None = getattr(channel, "see", None)
    if see is not None:
        see(memory)


class _Places:
    def __init__(self) -> None:
        self.next = _FIRST
        self.data: list[tuple[int, Data]] = []


_places: Final = _Places()


def place_of(view: ByteView) -> int:
    """An address of the first byte of a view, the same for the same memory."""
    for start, data in reversed(_places.data):
        if data is view._data:
            return start + view._start
    start = _places.next
    _places.data.append((start, view._data))
    _places.next = start + (len(view._data) // _APART + 2) * _APART
    return start + view._start


def placed_bytes(address: int, length: int) -> bytes:
    """What lies at an address that `place_of` gave: a `Memory`."""
    for start, data in _places.data:
        if start <= address and address + length <= start + len(data):
            return bytes(data[address - start : address - start + length])
    raise ValueError(f"the guest has no {length} bytes at {address:#x}")


def forget_places() -> None:
    """A new guest begins: addresses given so far mean nothing any more."""
    _places.next = _FIRST
    _places.data.clear()
