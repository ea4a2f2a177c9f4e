import random

import pytest

from tests.guest.objects import (
    OBJECTS,
    Commitment,
    Sealed,
    Slot,
    StateTree,
    attach,
    find,
    key_prefix,
)
from zkos.host.channel import QUERY_IDS, QueryChannel, WordChannel
from zkos.host.context import BlockContext
from zkos.host.oracle import HonestOracle
from zkos.host.state import ChainState
from zkos.host.state import Slot as Place
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import Array
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
REFUSED = (Trap, AssertionError)
MODES = pytest.mark.parametrize("verify", [True, False], ids=["proving", "forward"])


def words(data):
    array = Array(U32, len(data) // 4)
    for i in range(len(data) // 4):
        array[i] = U32(int.from_bytes(data[4 * i : 4 * i + 4], "little"))
    return array


def before(root, size):
    return Commitment(U256(int.from_bytes(root, "big")), U64(size))


class Recorder:
    """Passes queries on, notes them and may change answers."""

    def __init__(self, state, tamper=None):
        self.honest = HonestOracle(state, BlockContext(), [])
        self.asked = []
        self.tamper = tamper

    def answer(self, query, parameters):
        self.asked.append((query, parameters))
        response = self.honest.answer(query, parameters)
        if self.tamper is not None:
            response = self.tamper(query, parameters, response)
        return response


def claimed(state, accesses):
    """As it is: (address, key, new value or None for a read, value before or None)."""
    return [(*access, state.slot(*access[:2])) for access in accesses]


def sealed(claims):
    """Slots of which this is claimed, in this order."""
    made = Sealed()
    for address, key, value, initial in claims:
        slot = Slot(Address(address), U256(key), U256(initial or 0), initial is None)
        if value is not None:
            slot.current = U256(value)
        made.add(slot)
    return made


def run(state, accesses, *, verify, tamper=None, claims=None, root=None):
    """Root and size the guest finds, and the queries it asked."""
    oracle = Recorder(state, tamper)
    attach(WordChannel(QueryChannel(oracle), ()))
    root = root or state.tree.root()
    tree = StateTree(verify, before(root, state.tree.next_free_slot))
    sealed(claims or claimed(state, accesses)).apply(tree)
    after = tree.commitment()
    return int(after.root).to_bytes(32, "big"), int(after.next_free_slot), oracle.asked


def expected(state, accesses):
    after = state.fork()
    for address, key, value in accesses:
        if value is not None and value != (state.slot(address, key) or 0):
            after.set_slot(address, key, value)
    return after.tree.root(), after.tree.next_free_slot


def populated(count, seed=0):
    rng = random.Random(seed)
    state = ChainState()
    for number in range(count):
        state.set_slot(rng.getrandbits(160), number, rng.getrandbits(256))
    return state


def places(state):
    return list(state.slots.values())


@MODES
@pytest.mark.parametrize("count", [0, 1, 2, 5, 6, 7, 14])
def test_new_root_is_that_of_the_host(verify, count):
    rng = random.Random(count)
    state = populated(count, seed=count)
    old = places(state)
    rng.shuffle(old)
    accesses = [(*place, rng.choice([None, 0, 7])) for place in old[: count // 2 + 1]]
    accesses += [(rng.getrandbits(160), i, rng.choice([None, 9])) for i in range(4)]
    accesses.append((0x8003, 5, 2**256 - 1))
    rng.shuffle(accesses)

    root, size, _ = run(state, accesses, verify=verify)

    assert (root, size) == expected(state, accesses)


@MODES
def test_neighbouring_new_keys_are_linked(verify):
    state = ChainState()
    accesses = [(1, key, key + 1) for key in range(9)]

    root, size, asked = run(state, accesses, verify=verify)

    assert (root, size) == expected(state, accesses)
    proofs = [parameters for query, parameters in asked if query == QUERY_IDS["proof"]]
    assert proofs == [bytes(8), (1).to_bytes(8, "little")]


@MODES
def test_reads_alone_keep_the_root(verify):
    state = populated(3)
    accesses = [(*places(state)[0], None), (7, 7, None), (*places(state)[2], None)]

    root, size, _ = run(state, accesses, verify=verify)

    assert (root, size) == (state.tree.root(), state.tree.next_free_slot)


@MODES
def test_nothing_touched_asks_nothing(verify):
    root, size, asked = run(populated(2), [], verify=verify)

    assert (root, size) == expected(populated(2), [])
    assert asked == []


@MODES
def test_queries_come_in_the_order_of_the_spec(verify):
    state = populated(6)
    read, written, other = places(state)[0], places(state)[3], places(state)[5]
    accesses = [(*written, 1), (9, 9, 5), (*read, None), (8, 8, None), (*other, 3)]

    _, _, asked = run(state, accesses, verify=verify)

    assert asked == spec_order(state, accesses)


def spec_order(state, accesses):
    """State spec 11, written down a second time on the host's tree."""
    tree, asked, loaded = state.tree, [], set()

    def ask(query, key):
        asked.append((QUERY_IDS[query], key))

    def load(index):
        if index not in loaded:
            ask("proof", index.to_bytes(8, "little"))
            loaded.add(index)

    def neighbours(key):
        ask("prev_index", key)
        previous = tree.previous_index(key)
        load(previous)
        load(tree.leaf(previous).next)

    for writes in (False, True):
        for address, key, value in accesses:
            if (value is not None) != writes:
                continue
            flat = Place(address, key).flat_key()
            index = tree.index_of(flat)
            if index is None:
                neighbours(flat)
            elif not writes or index not in loaded:
                ask("exact_index", flat)
                load(index)
    if any(v is not None and state.slot(a, k) is None for a, k, v in accesses):
        load(tree.next_free_slot - 1)
    return asked


def test_spec_order_takes_known_leaves_without_asking():
    state = populated(2)
    first = places(state)[0]
    neighbour = state.tree.leaf(state.tree.index_of(first.flat_key())).next
    key = state.tree.leaf(neighbour).key
    written = state.slots.get(key, places(state)[1])
    accesses = [(*written, 4), *((3, k, None) for k in range(12))]

    _, _, asked = run(state, accesses, verify=True)

    assert asked == spec_order(state, accesses)
    assert QUERY_IDS["exact_index"] not in [query for query, _ in asked]


def first_proof(change):
    """Tamper with the first proof: `change` edits its bytes after the length word."""
    done = []

    def tamper(query, _parameters, response):
        if query != QUERY_IDS["proof"] or done:
            return response
        done.append(True)
        content = bytearray(response)
        change(content)
        return bytes(content)

    return tamper


LENGTH = 4
KEY = LENGTH + 8
VALUE = KEY + 32
NEXT = VALUE + 32
PATH = NEXT + 8


@pytest.mark.parametrize(
    "offset",
    [
        LENGTH,
        KEY,
        KEY + 31,
        VALUE,
        VALUE + 31,
        NEXT,
        NEXT + 7,
        PATH,
        PATH + 64 * 32 - 1,
    ],
)
@pytest.mark.parametrize("value", [None, 77])
def test_a_changed_proof_is_refused(offset, value):
    state = populated(5)
    accesses = [(*places(state)[1], value)]

    def change(content):
        content[offset] ^= 1

    with pytest.raises(REFUSED):
        run(state, accesses, verify=True, tamper=first_proof(change))


@pytest.mark.parametrize("value", [None, 77])
def test_a_false_absence_is_refused(value):
    """The slot exists, the oracle says it is new and answers with its own leaf."""
    state = populated(5)
    claims = [(*places(state)[2], value, None)]

    with pytest.raises(REFUSED, match="not before"):
        run(state, [], verify=True, claims=claims)


def index_answer(index):
    def tamper(query, _parameters, response):
        if query in (QUERY_IDS["prev_index"], QUERY_IDS["exact_index"]):
            return response[:LENGTH] + index.to_bytes(8, "little")
        return response

    return tamper


@pytest.mark.parametrize("index", [0, 2, 3, 4, 5, 6, 7, 2**32, 2**64 - 1])
def test_a_wrong_predecessor_is_refused(index):
    state = populated(5)
    flat = Place(1, 1).flat_key()
    if index == state.tree.previous_index(flat):
        assert run(state, [(1, 1, 1)], verify=True, tamper=index_answer(index))
    else:
        with pytest.raises(REFUSED):
            run(state, [(1, 1, 1)], verify=True, tamper=index_answer(index))


@pytest.mark.parametrize("value", [None, 77])
def test_another_initial_value_is_refused(value):
    state = populated(5)
    place = places(state)[2]
    claims = [(*place, value, state.slot(*place) ^ 1)]

    with pytest.raises(REFUSED, match="another value"):
        run(state, [], verify=True, claims=claims)


def test_another_old_root_is_refused():
    state = populated(3)
    accesses = [(*places(state)[0], None)]
    with pytest.raises(REFUSED, match="another root"):
        run(state, accesses, verify=True, root=bytes(32))


def test_keys_with_a_common_prefix_are_told_apart():
    first, second = words(bytes(31) + b"\x01"), words(bytes(31) + b"\x02")
    assert key_prefix(first) == key_prefix(second)

    class Twins:
        def answer(self, _query, parameters):
            index = int.from_bytes(parameters, "little")
            key = bytes(31) + bytes([index + 1])
            body = index.to_bytes(8, "little") + key
            return (532).to_bytes(4, "little") + body.ljust(532 * 4, b"\0")

    attach(WordChannel(QueryChannel(Twins()), ()))
    tree = StateTree(False, before(bytes(32), 2))
    for index in range(2):
        tree.load(U64(index))

    assert find(tree, first) == (True, 0)
    assert find(tree, second) == (True, 1)
    assert find(tree, words(bytes(31) + b"\x03")) == (False, 0)
