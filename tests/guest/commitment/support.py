"""Caches of a block filled by hand, and digests by the book."""

import hashlib
from typing import Any

from tests.guest.objects import (
    Blake2s,
    Io,
    Keccak256,
    Log,
    Metadata,
    Options,
    Oracle,
    add_account,
    add_slot,
    attach,
)
from tests.guest.system.world import World, number
from zkos.host.signing import keccak256
from zkos.lang.ints import U32, U256, Address, Bytes32
from zkos.lang.memory import List, view_of

ACCOUNTS = 0x8003


def k256(*parts: bytes) -> bytes:
    return keccak256(b"".join(parts))


def b2s(*parts: bytes) -> bytes:
    return hashlib.blake2s(b"".join(parts)).digest()


def be(value: int, length: int) -> bytes:
    return value.to_bytes(length, "big")


def as_hash(data: bytes) -> Bytes32:
    return Bytes32(int.from_bytes(data, "big"))


def spelled(digest: Bytes32) -> bytes:
    return be(int(digest), 32)


def hashes(*digests: bytes) -> List[Bytes32]:
    result = List(Bytes32)
    for digest in digests:
        result.append(as_hash(digest))
    return result


def flat(address: int, key: int) -> bytes:
    return b2s(bytes(12), be(address, 20), be(key, 32))


def log_bytes(number: int, sender: int, key: int, value: int) -> bytes:
    return b"\x00\x01" + be(number, 2) + be(sender, 20) + be(key, 32) + be(value, 32)


def log(
    number: int, sender: int, key: int, value: int, message: bytes | None = None
) -> Any:
    return Log(
        U32(number),
        message is not None,
        Address(sender),
        U256(key),
        U256(value),
        view_of(message or b""),
    )


def logs_of(*logs: tuple[int, int, int, int, bytes | None]) -> Any:
    """A log of events in a guest of its own, that holds these."""
    attach(World())
    io = Io(Oracle(), Blake2s(), Keccak256(), Options())
    for fields in logs:
        io.events.logs.append(log(*fields))
    return io.events


def metadata_words(
    *,
    basefee: int = 0,
    block_number: int = 0,
    timestamp: int = 0,
    chain_id: int = 37,
    gas_limit: int = 0,
    coinbase: int = 0,
    block_hashes: tuple[int, ...] = (0,) * 256,
    mix_hash: int = 0,
) -> list[int]:
    prices = number(basefee, 8) + number(0, 8) + number(1, 8)
    numbers = number(block_number, 2) + number(timestamp, 2) + number(chain_id, 2)
    numbers += number(gas_limit, 2) + number(2**64 - 1, 2) + number(coinbase, 6)
    window = [word for value in block_hashes for word in number(value, 8)]
    return [*prices, *numbers, *window, *number(mix_hash, 8)]


def metadata(option_word: int = 0, **fields: object) -> tuple[Any, Any]:
    """Metadata and options of a guest that begins with them."""
    world = World(option_word)
    world.metadata = metadata_words(**fields)  # type: ignore[arg-type]
    attach(world)
    return Metadata(Oracle()), Options()


class Caches:
    """What a block has touched, in no order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.io = Io(Oracle(), Blake2s(), Keccak256(), Options())

    def slot(self, address: int, key: int, initial: int, current: int) -> None:
        values = U256(initial), U256(current)
        add_slot(self.io, Address(address), U256(key), *values)

    def account(self, address: int) -> Any:
        return add_account(self.io, Address(address))
