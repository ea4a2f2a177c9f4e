"""Forks of large trees and mappings share, and still do not see each other."""

import random

import pytest

from zkos.host.layered import LayeredDict
from zkos.host.tree import StateTree, hash_bytes

COUNT = 512


def key(number):
    return hash_bytes(number.to_bytes(8, "big"))


@pytest.fixture(scope="module")
def pairs():
    return [(key(i), i.to_bytes(32, "big")) for i in range(COUNT)]


def inserted(pairs):
    tree = StateTree()
    tree.insert(*pairs[0])
    tree.root()
    for one in pairs[1:]:
        tree.insert(*one)
    return tree


def same(tree, other):
    assert tree.leaves() == other.leaves()
    assert tree.root() == other.root()
    for index in (0, 1, 2, tree.next_free_slot - 1, tree.next_free_slot + 7):
        assert tree.proof(index) == other.proof(index)
        assert tree.proof(index).root() == tree.root()


def test_a_tree_built_at_once_is_that_of_single_insertions(pairs):
    same(StateTree.from_leaves(pairs), inserted(pairs))


@pytest.mark.parametrize("bad", [(key(3), bytes(32)), (bytes(31), bytes(32))])
def test_a_tree_built_at_once_refuses_what_insertion_refuses(pairs, bad):
    with pytest.raises(ValueError, match=r"already|32 bytes"):
        StateTree.from_leaves([*pairs, bad])


@pytest.mark.parametrize("seed", range(3))
def test_long_chains_of_forks_keep_every_generation(pairs, seed):
    rng = random.Random(seed)
    tree, content = StateTree.from_leaves(pairs), list(pairs)
    kept = [(tree, list(content))]
    for generation in range(40):
        tree = tree.fork()
        for number in range(rng.randrange(12)):
            content.append((key((generation + 1) * 1000 + number), bytes(32)))
            tree.insert(*content[-1])
            place = rng.randrange(len(content))
            content[place] = (content[place][0], key(number))
            tree.update(place + 2, key(number))
        probe = key(rng.randrange(10**6))
        below = max(k for k, _ in [*content, (bytes(32), b"")] if k <= probe)
        assert tree.leaf(tree.previous_index(probe)).key == below
        kept.append((tree, list(content)))
    for one, known in rng.sample(kept, 6):
        same(one, StateTree.from_leaves(known))


def test_two_forks_of_a_large_tree_go_their_ways(pairs):
    tree = StateTree.from_leaves(pairs)
    first, second = tree.fork(), tree.fork()
    first.insert(key(9999), bytes(32))
    again = first.fork()
    again.update(5, key(1))
    first.update(5, key(2))
    tree.update(5, key(3))

    values = [one.leaf(5).value for one in (tree, first, second, again)]

    assert values == [key(3), key(2), pairs[3][1], key(1)]
    assert second.index_of(key(9999)) is None
    same(second, StateTree.from_leaves(pairs))


def test_mappings_keep_their_order_and_forks():
    known = LayeredDict((i, -i) for i in range(COUNT))
    forks = [known]
    for number in range(COUNT):
        forks.append(forks[-1].fork())
        forks[-1].add(COUNT + number, number)

    for number in (0, 1, 256, COUNT):
        fork = forks[number]
        assert list(fork) == list(range(COUNT + number))
        assert len(fork) == COUNT + number
        assert (fork.get(COUNT + number), fork.get(3)) == (None, -3)
        assert COUNT + number - 1 in fork
        assert COUNT + number not in fork
    assert forks[7] == dict(forks[7]) != dict(forks[8])


def test_a_mapping_gives_no_key_a_second_value():
    known = LayeredDict([(1, 1)])
    known.add_new(1, 2)
    fork = known.fork()
    fork.add_new(1, 3)
    fork.add_new(2, 4)

    assert dict(known) == {1: 1}
    assert dict(fork) == {1: 1, 2: 4}
