"""Tries that are built in one pass, beside py-trie's."""

import random

import pytest
from trie.hexary import HexaryTrie

from zkos.host.ethereum.lookup import EMPTY_ROOT
from zkos.host.ethereum.tries import build_trie, list_root
from zkos.host.rlp import encode


def random_items(generator: random.Random) -> dict[bytes, bytes]:
    """Keys of one length with beginnings in common, or of a list."""
    size = generator.choice((1, 2, 3, 17, 60))
    if generator.random() < 0.3:
        keys = [encode(number) for number in range(size * 4)]
    else:
        length = generator.choice((2, 3, 32))
        keys = [generator.randbytes(length) for _ in range(size)]
    return {key: generator.randbytes(generator.choice((1, 5, 33))) for key in keys}


@pytest.mark.parametrize("seed", range(20))
def test_roots_and_nodes_are_those_of_py_trie(seed):
    items = random_items(random.Random(seed))
    trie = HexaryTrie({}, prune=True)
    for key, value in items.items():
        trie[key] = value
    nodes: dict[bytes, bytes] = {}

    assert build_trie(items, nodes) == trie.root_hash
    assert nodes == dict(trie.db)


def test_the_trie_of_nothing_has_no_node():
    nodes: dict[bytes, bytes] = {}

    assert build_trie({}, nodes) == EMPTY_ROOT
    assert nodes == {}
    assert list_root(()) == EMPTY_ROOT
