"""Batches: which blocks may follow each other, and all formulas (state spec 6)."""

import hashlib

import pytest

from tests.guest.commitment.support import (
    as_hash,
    b2s,
    be,
    hashes,
    k256,
    metadata,
    spelled,
)
from tests.guest.commitment.test_logs import empty_root
from tests.guest.objects import (
    OBJECTS,
    Batch,
    Blake2s,
    BlockCommitment,
    Commitment,
    System,
    attach,
    chain_state,
    window_hashes,
)
from tests.guest.system.world import BLOB_ADVICE, World, packed
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import view_of
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
NONE, KECCAK, BLOBS = 1, 3, 4
ZEROS = bytes(32)
PIECE = 126976


@pytest.fixture
def world():
    world = World()
    attach(world)
    yield world
    attach(None)


def state(number: int) -> bytes:
    return b2s(be(number, 8))


def block(
    start: int = 0,
    *,
    chain_id: int = 37,
    timestamp: int = 5,
    scheme: int = KECCAK,
    pubdata: bytes = b"",
    logs: tuple[bytes, ...] = (),
    priority: tuple[bytes, ...] = (),
    upgrade: bytes = ZEROS,
) -> BlockCommitment:
    """Leads from one numbered state to the next."""
    return BlockCommitment(
        U64(chain_id),
        U64(timestamp),
        U32(scheme),
        as_hash(state(start)),
        as_hash(state(start + 1)),
        view_of(pubdata),
        hashes(*logs),
        hashes(*priority),
        as_hash(upgrade),
    )


def sealed(*blocks: BlockCommitment) -> bytes:
    batch = Batch(System())
    for one in blocks:
        batch.add(one)
    return spelled(batch.seal())


def public_input(
    *,
    blocks: int = 1,
    first: int = 5,
    last: int = 5,
    scheme: int = KECCAK,
    availability: bytes,
    logs: tuple[bytes, ...] = (),
    priority: tuple[bytes, ...] = (),
    upgrade: bytes = ZEROS,
) -> bytes:
    """State spec 6.1, written down a second time."""
    nodes = [*logs, *[empty_root(0)] * (4 - len(logs))]
    root = k256(k256(nodes[0], nodes[1]), k256(nodes[2], nodes[3]))
    for height in range(2, 14):
        root = k256(root, empty_root(height))
    rolling = k256()
    for digest in priority:
        rolling = k256(rolling, digest)
    output = k256(
        be(37, 32),
        be(first, 8),
        be(last, 8),
        be(scheme, 32),
        availability,
        be(len(priority), 32),
        rolling,
        k256(root, ZEROS),
        upgrade,
        ZEROS,
    )
    return k256(state(0), state(blocks), output)


def by_keccak(pubdata: bytes) -> bytes:
    return k256(ZEROS, k256(pubdata), b"\x01", ZEROS)


def test_chain_state_is_of_88_bytes():
    fields, _ = metadata(block_hashes=tuple(range(1000, 1256)))
    before, after = window_hashes(Blake2s(), fields, as_hash(b"\x07" * 32))
    old = [be(value, 32) for value in range(1000, 1256)]
    assert spelled(before) == b2s(*old)
    assert spelled(after) == b2s(*old[1:], b"\x07" * 32)

    digest = chain_state(
        Blake2s(), Commitment(U256(2**255), U64(3)), U64(2**64 - 1), before, U64(9)
    )

    expected = be(2**255, 32), be(3, 8), be(2**64 - 1, 8), b2s(*old), be(9, 8)
    assert spelled(digest) == b2s(*expected)


def test_one_block(world):
    logs, priority = (b"\x11" * 32, b"\x12" * 32), (b"\x13" * 32, b"\x14" * 32)
    upgrade, pubdata = b"\x15" * 32, b"data"
    one = block(pubdata=pubdata, logs=logs, priority=priority, upgrade=upgrade)

    assert sealed(one) == public_input(
        availability=by_keccak(pubdata), logs=logs, priority=priority, upgrade=upgrade
    )


def test_blocks_are_bound_in_order(world):
    one, two, three = (bytes([position]) * 32 for position in (1, 2, 3))
    long = bytes(position % 255 for position in range(1000))
    blocks = (
        block(0, timestamp=5, pubdata=b"one", logs=(one,), priority=(two,)),
        block(1, timestamp=5, pubdata=long),
        block(2, timestamp=8, logs=(two, three), priority=(three, one), pubdata=b"3"),
    )

    assert sealed(*blocks) == public_input(
        blocks=3,
        last=8,
        availability=by_keccak(b"one" + long + b"3"),
        logs=(one, two, three),
        priority=(two, three, one),
    )


def test_nothing_published_is_committed_to_as_zero(world):
    one = block(scheme=NONE, pubdata=b"reported only")
    assert sealed(one) == public_input(scheme=NONE, availability=ZEROS)


def test_batch_without_blocks_is_refused(world):
    with pytest.raises(Trap, match="without blocks"):
        sealed()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"scheme": NONE}, "different ways"),
        ({"chain_id": 38}, "different chains"),
        ({"start": 2}, "does not start"),
        ({"upgrade": b"\x01" * 32}, "upgrade"),
    ],
)
def test_blocks_that_may_not_follow(world, changes, why):
    batch = Batch(System())
    batch.add(block(upgrade=b"\x02" * 32))
    with pytest.raises(Trap, match=why):
        batch.add(block(**{"start": 1, **changes}))


def test_more_logs_than_the_tree_has_leaves_are_refused(world):
    batch = Batch(System())
    batch.add(block(logs=(ZEROS,) * 16383))
    batch.add(block(1, logs=(ZEROS,)))
    with pytest.raises(Trap, match="more logs"):
        batch.add(block(2, logs=(ZEROS,)))


class Advisor(World):
    """Says that commitments are the number of the blob; nobody verifies it."""

    def __init__(self) -> None:
        super().__init__()
        self.data: list[bytes] = []

    def answer(self, query, parameters):
        if query != BLOB_ADVICE:
            return super().answer(query, parameters)
        pointer, _, length, _ = parameters
        self.data.append(OBJECTS.memory(pointer, length))
        return packed(commitment(len(self.data)) + bytes(48))


def commitment(number: int) -> bytes:
    return be(number, 48)


def versioned(number: int) -> bytes:
    return b"\x01" + hashlib.sha256(commitment(number)).digest()[1:]


@pytest.mark.parametrize("length", [0, 1, PIECE - 31, PIECE - 30, 9 * PIECE - 31])
def test_blobs_hold_length_and_pubdata(length):
    world = Advisor()
    attach(world)
    pubdata = bytes(position % 253 for position in range(length))
    half = length // 2
    blocks = (
        block(0, scheme=BLOBS, pubdata=pubdata[:half]),
        block(1, scheme=BLOBS, pubdata=pubdata[half:]),
    )

    found = sealed(*blocks)

    whole = be(length, 8) + bytes(23) + pubdata
    assert world.data == [whole[i : i + PIECE] for i in range(0, len(whole), PIECE)]
    names = [versioned(number + 1) for number in range(len(world.data))]
    assert found == public_input(blocks=2, scheme=BLOBS, availability=k256(*names))
    attach(None)


def test_more_than_nine_blobs_are_refused():
    world = Advisor()
    attach(world)
    with pytest.raises(Trap, match="more pubdata"):
        sealed(block(scheme=BLOBS, pubdata=bytes(9 * PIECE - 30)))
    assert world.data == []
    attach(None)
