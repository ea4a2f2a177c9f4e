"""A world, and an `Io` inside its first transaction."""

from collections.abc import Iterator

import pytest

from tests.guest.objects import Blake2s, Io, Keccak256, Options, Oracle, Slot, attach
from tests.guest.system.world import World
from zkos.guest.protocol.options import OPTION_PROVING, OPTION_REPORT


def new_io() -> Io:
    io = Io(Oracle(), Blake2s(), Keccak256(), Options())
    io.begin_transaction()
    return io


def cached_slots(io: Io) -> list[Slot]:
    """All slots of the block, those of accounts too."""
    addresses = io.storage.addresses
    maps = [addresses.value(at).slots for at in range(int(addresses.length()))]
    return [slots.value(at) for slots in maps for at in range(int(slots.length()))]


@pytest.fixture
def world() -> Iterator[World]:
    world = World(int(OPTION_PROVING) | int(OPTION_REPORT))
    attach(world)
    yield world
    attach(None)


@pytest.fixture
def io(world: World) -> Io:
    return new_io()
