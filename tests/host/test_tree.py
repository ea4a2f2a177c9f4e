import json
import random

import pytest

from differential.runners.base import state_of_case
from tests.support import published
from zkos.host.accounts import Account
from zkos.host.case import load_case
from zkos.host.state import ACCOUNTS, ChainState, Slot, SlotDiff
from zkos.host.tree import EMPTY, HIGHEST_KEY, LOWEST_KEY, StateTree, hash_bytes

GENESIS_ROOT = "90a83ead2ba2194fbbb0f7cd2a017e36cfb4891513546d943a7282c2844d4b6b"
GENESIS_NEXT_FREE_SLOT = 2


@pytest.mark.parametrize("name", published.NAMES)
def test_prestate_has_the_published_commitment(name):
    expected = json.loads(published.expected_path(name).read_text())

    tree = state_of_case(load_case(published.case_path(name))).tree

    assert "0x" + tree.root().hex() == expected["state_root_before"]
    assert tree.next_free_slot == expected["next_free_slot_before"]


def test_genesis():
    tree = StateTree()

    assert tree.root().hex() == GENESIS_ROOT
    assert tree.next_free_slot == GENESIS_NEXT_FREE_SLOT
    assert [leaf.next for leaf in tree.leaves()] == [1, 1]
    assert EMPTY[0].hex().startswith("e3cdc93b3c2beb30")
    assert EMPTY[1].hex().startswith("c45bfaf4bb5d0fee")


def random_tree(seed, count):
    rng = random.Random(seed)
    pairs = [(rng.randbytes(32), rng.randbytes(32)) for _ in range(count)]
    return StateTree.from_leaves(pairs), pairs


@pytest.mark.parametrize("count", [0, 1, 2, 5, 14, 15, 100])
def test_links_lead_through_all_keys_in_order(count):
    tree, pairs = random_tree(1, count)

    keys, index = [], 0
    while index != 1:
        keys.append(tree.leaf(index).key)
        index = tree.leaf(index).next

    assert keys == [LOWEST_KEY, *sorted(key for key, _ in pairs)]
    assert tree.leaf(1).key == HIGHEST_KEY
    assert [tree.leaf(2 + i).key for i in range(count)] == [key for key, _ in pairs]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 14, 15, 100])
def test_every_proof_leads_to_the_root(count):
    tree, _ = random_tree(2, count)

    for index in range(tree.next_free_slot + 3):
        assert tree.proof(index).root() == tree.root()


def test_root_after_changes_is_that_of_a_fresh_tree():
    tree, pairs = random_tree(3, 40)
    tree.root()
    updated = {7: hash_bytes(b"seven"), 23: bytes(32)}
    for position, value in updated.items():
        tree.update(2 + position, value)
        pairs[position] = (pairs[position][0], value)
    late = (hash_bytes(b"late"), hash_bytes(b"value"))
    tree.write(*late)

    assert tree.root() == StateTree.from_leaves([*pairs, late]).root()


def test_forks_do_not_see_each_other():
    tree, _ = random_tree(4, 10)
    before = tree.root()
    first, second = tree.fork(), tree.fork()

    first.insert(hash_bytes(b"a"), bytes(32))
    second.update(3, hash_bytes(b"b"))

    assert tree.root() == before
    assert (tree.next_free_slot, first.next_free_slot) == (12, 13)
    assert len({before, first.root(), second.root()}) == 3
    assert tree.index_of(hash_bytes(b"a")) is None


def test_previous_index_is_the_greatest_key_not_above():
    tree, pairs = random_tree(5, 30)
    for probe in [bytes(32), HIGHEST_KEY, hash_bytes(b"x"), pairs[3][0]]:
        keys = [leaf.key for leaf in tree.leaves() if leaf.key <= probe]
        assert tree.leaf(tree.previous_index(probe)).key == max(keys)


def test_inserting_twice_is_refused():
    tree, pairs = random_tree(6, 3)
    with pytest.raises(ValueError, match="in the tree already"):
        tree.insert(pairs[0][0], bytes(32))


def test_account_encoding_of_zeros_has_the_published_hash():
    encoding = Account().encode()

    assert hash_bytes(encoding).hex().startswith("7a2b5e8d3961f5c9")
    assert Account.decode(encoding) == Account()


def test_accounts_read_back():
    state = ChainState()
    state.set_account(0xA, balance=2**255, nonce=2**64 - 1, code=b"\x60\x00")
    state.set_account(0xB, deployed_empty=True)
    state.set_account(0xC)

    assert state.account(0xA).balance == 2**255
    assert state.account(0xA).nonce == 2**64 - 1
    assert state.code(0xA) == b"\x60\x00"
    assert state.account(0xB).versioning == 0x0101010000000000
    assert state.account(0xB).bytecode_hash == hash_bytes(b"")
    assert state.account(0xC) == Account()
    assert state.slot(ACCOUNTS, 0xC) is None


def test_save_and_load_keep_everything(tmp_path):
    state = ChainState()
    state.set_account(0xA, balance=5, code=b"\x00")
    state.set_slot(0xA, 2**256 - 1, 0)
    state.apply([SlotDiff(Slot(0xB, 1), 9)], [b"new"], 77, 1000)
    state.save(tmp_path / "state.json")

    loaded = ChainState.load(tmp_path / "state.json")

    assert loaded.tree.leaves() == state.tree.leaves()
    assert list(loaded.preimages) == list(state.preimages)
    assert (loaded.slots, loaded.block_hashes) == (state.slots, state.block_hashes)
    assert loaded.timestamp == state.timestamp == 1000
    assert loaded.tree.root() == state.tree.root()


def test_forks_of_a_state_are_independent():
    state = ChainState()
    state.set_account(1, balance=1)
    first, second = state.fork(), state.fork()

    first.set_slot(1, 2, 3)
    second.set_account(4, balance=5, code=b"\x00")
    state.set_slot(6, 7, 8)

    assert [len(one.slots) for one in (state, first, second)] == [2, 2, 2]
    assert (state.slot(1, 2), first.slot(1, 2), second.slot(1, 2)) == (None, 3, None)
    assert len(state.preimages) == len(first.preimages) == 1
    assert second.code(4) == b"\x00"
    assert second.account(1) == state.account(1) == first.account(1)


def test_apply_numbers_new_leaves_in_the_order_given():
    state = ChainState()
    state.set_slot(1, 1, 1)
    fork = state.fork()

    fork.apply([SlotDiff(Slot(5, 5), 6), SlotDiff(Slot(1, 1), 0)], [], 1, 42)
    fork.apply([SlotDiff(Slot(4, 4), 7)], [], 2, 43)

    assert fork.tree.index_of(Slot(5, 5).flat_key()) == 3
    assert fork.tree.index_of(Slot(4, 4).flat_key()) == 4
    assert (fork.slot(1, 1), state.slot(1, 1)) == (0, 1)
    assert fork.block_hashes[:3] == (2, 1, 0)
    assert len(fork.block_hashes) == 256
    assert (fork.timestamp, state.timestamp) == (43, 0)
