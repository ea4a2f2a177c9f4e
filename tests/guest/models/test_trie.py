"""The Merkle-Patricia trie against py-trie, on every engine."""

import random
import sys

import pytest
from trie import HexaryTrie

from tests.support.target import Trapped, make_target
from zkos.guest.models.mpt.node import nibbles
from zkos.guest.models.mpt.trie import EMPTY_ROOT, Trie, TrieWorkshop
from zkos.guest.protocol.ethereum_queries import QUERY_NODE, QUERY_NODE_SIZE
from zkos.host.channel import QueryChannel, WordChannel, framed
from zkos.lang.intrinsics import attach
from zkos.lang.ints import U256
from zkos.lang.memory import view_of
from zkos.lang.trap import Trap

CHANGE = "tests.guest.models.trie_calls:change"
REMOVE = "tests.guest.models.trie_calls:remove_one"
GUEST = [CHANGE, REMOVE]


def draw_key(rng: random.Random, length: int, nibbles_used: int) -> bytes:
    """Keys of few nibbles share long beginnings."""
    return bytes(
        16 * rng.randrange(nibbles_used) + rng.randrange(nibbles_used)
        for _ in range(length)
    )


def draw(seed: int, count: int):
    """Operations that build a trie up and take it down, and the root after each."""
    rng = random.Random(seed)
    length = rng.choice((1, 2, 3, 8, 32))
    used = rng.choice((2, 3, 16))
    growing = rng.random()
    model = HexaryTrie({}, prune=True)
    known: dict[bytes, bytes] = {}
    operations, roots = bytearray(), bytearray()
    for _ in range(count):
        if rng.random() < 0.1:
            growing = rng.random()
        if known and rng.random() > growing:
            key = rng.choice(list(known))
            value = b"" if rng.random() < 0.8 else rng.randbytes(rng.randrange(1, 60))
        else:
            key = draw_key(rng, length, used)
            value = rng.randbytes(rng.choice((1, 2, 31, 32, 33, 90)))
        old = known.get(key, b"")
        operations += key + bytes([len(old)]) + old + bytes([len(value)]) + value
        if value:
            model[key] = known[key] = value
        elif old:
            del model[key], known[key]
        roots += model.root_hash
    return bytes(operations), length, bytes(roots)


@pytest.mark.parametrize("seed", range(6))
def test_roots_are_those_of_py_trie_after_each_operation(target, seed):
    operations, length, roots = draw(seed, 40)
    ours = bytearray(len(roots))

    right = target.call(CHANGE, operations, length, ours)

    assert right == 40
    assert bytes(ours) == roots


SEQUENCES = 5_000
OPERATIONS = 200
"""Of each sequence: together a million."""


@pytest.mark.slow
@pytest.mark.native
def test_a_million_operations_have_the_roots_of_py_trie(capsys):
    target = make_target("native", tuple(GUEST))
    for seed in range(SEQUENCES):
        operations, length, roots = draw(seed + 1000, OPERATIONS)
        ours = bytearray(len(roots))
        right = target.call(CHANGE, operations, length, ours)
        assert (right, bytes(ours)) == (OPERATIONS, roots), seed
    with capsys.disabled():
        sys.stdout.write(f"\n{SEQUENCES * OPERATIONS} operations, all roots equal\n")


def test_removing_what_is_not_there_traps(target):
    with pytest.raises(Trapped):
        target.call(REMOVE, b"key")


class Nodes:
    """A host with the nodes of a trie, which remembers what was asked."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.asked: list[bytes] = []

    def answer(self, query: int, parameters: bytes) -> bytes:
        node = self.nodes[parameters]
        if query == int(QUERY_NODE_SIZE):
            return framed(len(node).to_bytes(8, "little"))
        assert query == int(QUERY_NODE)
        self.asked.append(parameters)
        return framed(node)


@pytest.fixture
def opened():
    """Makes tries whose nodes a host has; ends with the test."""

    def make(model: HexaryTrie) -> tuple[Trie, Nodes]:
        host = Nodes(dict(model.db))
        attach(WordChannel(QueryChannel(host), (0,)))
        root = U256(int.from_bytes(model.root_hash, "big"))
        return Trie(TrieWorkshop(), root), host

    yield make
    attach(None)


@pytest.mark.cpython
@pytest.mark.parametrize("seed", range(6))
def test_a_trie_known_by_its_root_is_changed_alike(opened, seed):
    rng = random.Random(seed)
    model = HexaryTrie({}, prune=True)
    known = {draw_key(rng, 4, 3): rng.randbytes(40) for _ in range(rng.randrange(40))}
    for key, value in known.items():
        model[key] = value
    trie, _ = opened(model)

    for _ in range(12):
        key = rng.choice(list(known)) if known else draw_key(rng, 4, 3)
        path = nibbles(view_of(key))
        assert bytes(trie.get(path)) == known.get(key, b"")
        if key in known and rng.random() < 0.7:
            trie.remove(path)
            del model[key], known[key]
        else:
            key = draw_key(rng, 4, 3)
            known[key] = model[key] = rng.randbytes(rng.choice((1, 40)))
            trie.put(nibbles(view_of(key)), view_of(known[key]))

    assert int(trie.root_hash()).to_bytes(32, "big") == model.root_hash


@pytest.mark.cpython
def test_only_what_a_way_meets_is_asked_for(opened):
    model = HexaryTrie({}, prune=True)
    for first in range(16):
        for second in range(16):
            model[bytes([16 * first + second, 7])] = bytes(40)
    trie, host = opened(model)

    trie.put(nibbles(view_of(bytes([0x12, 7]))), view_of(b"x" * 40))
    trie.root_hash()

    assert len(host.asked) == 3  # root, branch, leaf


@pytest.mark.cpython
@pytest.mark.parametrize("place", range(0, 530, 60))
def test_a_node_with_another_byte_is_refused(opened, place):
    model = HexaryTrie({}, prune=True)
    for first in range(16):
        model[bytes([16 * first, 7])] = bytes(40)
    trie, host = opened(model)
    node = bytearray(host.nodes[model.root_hash])
    node[place % len(node)] ^= 1 << place % 8
    host.nodes[model.root_hash] = bytes(node)

    with pytest.raises(Trap, match="does not match its hash"):
        trie.get(nibbles(view_of(bytes([0x10, 7]))))


@pytest.mark.cpython
def test_the_empty_trie_has_its_root():
    assert Trie(TrieWorkshop(), EMPTY_ROOT).root_hash() == EMPTY_ROOT
