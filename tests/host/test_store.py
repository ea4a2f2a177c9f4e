"""The tree in flat memory beside one of a few lines that only knows its leaves."""

from hashlib import blake2s

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zkos.host.tree import DEPTH, HIGHEST_KEY, LOWEST_KEY, Leaf, StateTree, hash_bytes

SPREAD = st.integers(0, 2**16).map(lambda x: hash_bytes(x.to_bytes(4, "big")))
NEAR = st.integers(0, 600).map(lambda x: (x << 250 | x).to_bytes(34, "big")[2:])
"""Keys that differ early, late or both."""
KEYS = st.one_of(SPREAD, NEAR)
VALUES = st.integers(0, 2**256 - 1).map(lambda x: x.to_bytes(32, "big"))
WRITES = st.lists(st.tuples(KEYS, VALUES), max_size=40)


class SimpleTree:
    """Leaves in a dictionary, everything else computed when asked."""

    def __init__(self, values=()):
        self.values = {LOWEST_KEY: bytes(32), HIGHEST_KEY: bytes(32)} | dict(values)

    def leaves(self):
        order = sorted(self.values)
        index = {key: number for number, key in enumerate(self.values)}
        follows = dict(zip(order, [*order[1:], HIGHEST_KEY], strict=True))
        return [Leaf(k, v, index[follows[k]]) for k, v in self.values.items()]

    def levels(self):
        level = [leaf.hash() for leaf in self.leaves()]
        unused = blake2s(bytes(72)).digest()
        for _ in range(DEPTH):
            level += [unused] * (len(level) % 2)
            yield level, unused
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [hash_bytes(a + b) for a, b in pairs]
            unused = hash_bytes(unused * 2)
        yield level, unused


def path_in(levels, index):
    path = []
    for height, (level, unused) in enumerate(levels):
        place = index >> height ^ 1
        path.append(level[place] if place < len(level) else unused)
    return tuple(path[:DEPTH])


def same(tree, simple):
    assert list(tree.leaves()) == simple.leaves()
    levels = list(simple.levels())
    assert tree.root() == levels[DEPTH][0][0]
    count = len(simple.values)
    for index in {0, 1, count - 1, count, count + 1, 2 * count + 3, 2**40 + 1}:
        assert tree.proof(index).path == path_in(levels, index)
        assert tree.proof(index).root() == tree.root()


@settings(max_examples=20, deadline=None)
@given(st.lists(WRITES, min_size=1, max_size=5), st.lists(KEYS, max_size=8))
def test_versions_are_those_of_the_simple_tree(batches, probes):
    tree, simple = StateTree(), SimpleTree()
    kept = []
    for number, batch in enumerate(batches):
        kept.append((tree, SimpleTree(simple.values)))
        if number:
            tree = tree.fork()
        else:
            kept.clear()
        for key, value in batch:
            assert tree.value(key) == simple.values.get(key)
            tree.write(key, value)
            simple.values[key] = value
    kept.append((tree, simple))

    for one, known in kept:
        same(one, known)
        names = list(known.values)
        for probe in [*probes, LOWEST_KEY, HIGHEST_KEY]:
            below = max(key for key in names if key <= probe)
            assert one.previous_index(probe) == names.index(below)
            found = one.index_of(probe)
            assert found == (names.index(probe) if probe in known.values else None)
            assert one.value(probe) == known.values.get(probe)


@settings(max_examples=12, deadline=None)
@given(WRITES, WRITES, WRITES)
def test_writes_between_looks_are_all_seen(first, second, third):
    tree, simple = StateTree(), SimpleTree()
    for batch in (first, second, third):
        for key, value in batch:
            if key in simple.values:
                tree.update(list(simple.values).index(key), value)
            else:
                assert tree.insert(key, value) == len(simple.values)
            simple.values[key] = value
            assert tree.next_free_slot == len(simple.values)
        same(tree, simple)


@pytest.mark.parametrize("guard", [LOWEST_KEY, HIGHEST_KEY])
@pytest.mark.parametrize("looks", [True, False])
def test_a_guard_that_was_written_alone_keeps_its_value(guard, looks):
    tree, simple = StateTree(), SimpleTree()
    value, key = (1).to_bytes(32, "big"), hash_bytes(b"key")
    tree.write(guard, value)
    if looks:
        same(tree, SimpleTree({guard: value}))
        tree = tree.fork()
    assert tree.insert(key, value) == 2
    simple.values |= {guard: value, key: value}
    assert tree.value(guard) == value
    same(tree, simple)


@pytest.mark.parametrize("count", [3, 1000])
def test_a_large_tree_is_that_of_the_simple_one(count):
    pairs = [
        (hash_bytes(i.to_bytes(4, "big")), bytes([i % 256]) * 32) for i in range(count)
    ]
    same(StateTree.from_leaves(pairs), SimpleTree(pairs))


def memory_of_a_write(count):
    tree = StateTree.from_leaves(
        (hash_bytes(i.to_bytes(4, "big")), bytes(32)) for i in range(count)
    )
    tree.root()
    fork = tree.fork()
    memory = fork.settled().memory
    assert memory is tree.settled().memory
    before = memory.used
    fork.write(hash_bytes(b"new"), bytes(32))
    fork.root()
    assert fork.settled().memory is memory
    return memory.used - before


def test_a_write_costs_as_much_memory_as_the_tree_is_high():
    small, large = memory_of_a_write(1 << 6), memory_of_a_write(1 << 14)

    assert large < 4096
    assert large - small < 8 * 2 * 64 + 30 * 16


def test_memory_of_a_long_chain_is_given_back():
    tree = StateTree.from_leaves([(hash_bytes(b"a"), bytes(32))])
    kept = tree
    for number in range(2500):
        tree = tree.fork()
        for place in range(16):
            tree.write(hash_bytes(bytes([place])), number.to_bytes(32, "big"))
        tree.next_free_slot  # noqa: B018 - looks

    assert tree.settled().memory.used < 12 << 20
    assert kept.next_free_slot == 3
    simple = SimpleTree([(hash_bytes(b"a"), bytes(32))])
    for place in range(16):
        simple.values[hash_bytes(bytes([place]))] = (2499).to_bytes(32, "big")
    same(tree, simple)


@pytest.mark.slow
def test_a_million_leaves_are_built_at_once():
    tree = StateTree()
    for number in range(10**6):
        tree.insert(hash_bytes(number.to_bytes(4, "big")), bytes(32))
    root = tree.root()

    proof = tree.proof(10**6)
    assert proof.leaf.key == hash_bytes((10**6 - 2).to_bytes(4, "big"))
    assert proof.root() == root
    memory = tree.settled().memory
    assert memory.used < 200 * 10**6
