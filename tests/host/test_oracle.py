import struct

import pytest

from zkos.host.channel import QUERY_IDS, OracleError
from zkos.host.context import BlockContext
from zkos.host.oracle import HonestOracle
from zkos.host.state import ChainState, Slot
from zkos.host.tree import Leaf, Proof, hash_bytes


@pytest.fixture
def state():
    state = ChainState()
    state.set_account(0xAA, balance=5, code=b"\xfe\xfe\xfe")
    state.set_slot(0xAA, 7, 9)
    return state


@pytest.fixture
def ask(state):
    context = BlockContext(
        block_number=3,
        eip1559_basefee=0x0102,
        coinbase=0xCB,
        block_hashes=(0x1234,),
        mix_hash=0xFF,
    )
    oracle = HonestOracle(state, context, [b"x" * 33, b"y" * 8])

    def answer(name, parameters=b""):
        response = oracle.answer(QUERY_IDS[name], parameters)
        (count,) = struct.unpack_from("<I", response)
        assert len(response) == 4 + 4 * count
        return response[4:]

    return answer


def slot_parameters(address, key):
    return address.to_bytes(24, "little") + key.to_bytes(32, "big")


def u64(number):
    return number.to_bytes(8, "little")


def test_metadata_fields_are_where_the_guest_looks(ask):
    data = ask("block_metadata")
    assert len(data) == 4 * 2094
    assert data[:2] == b"\2\1"
    assert data[64:68] == struct.pack("<I", 10)
    numbers = struct.unpack_from("<4Q", data, 96)
    assert numbers == (3, 42, 37, (2**64 - 1) // 256)
    assert data[128:152] == (0xCB).to_bytes(24, "little")
    assert data[152:184] == (0x1234).to_bytes(32, "little")
    assert data[184:-32] == bytes(255 * 32)
    assert data[-32:] == (0xFF).to_bytes(32, "little")


def test_transactions_come_in_order_with_their_sizes(ask):
    assert ask("next_tx_size") == u64(33)
    assert ask("next_tx_size") == u64(33)
    assert ask("tx_content") == b"x" * 33 + bytes(7)
    assert ask("next_tx_size") == u64(8)
    assert ask("tx_content") == b"y" * 8
    assert ask("next_tx_size") == u64(0)
    with pytest.raises(OracleError, match="after the last"):
        ask("tx_content")


def test_io_init_is_the_commitment(ask, state):
    data = ask("io_init")
    assert data[:32] == state.tree.root()
    assert data[32:40] == u64(4)
    assert data[40:] == bytes(48)


def test_slot_answers_value_or_new(ask):
    found = ask("storage_slot", slot_parameters(0xAA, 7))
    assert found == u64(0) + (9).to_bytes(32, "big")
    absent = ask("storage_slot", slot_parameters(0xAA, 8))
    assert absent == u64(1) + bytes(32)


def test_preimage_is_padded(ask):
    assert ask("preimage", hash_bytes(b"\xfe" * 3)) == b"\xfe" * 3 + bytes(5)


def test_indices_follow_the_order_of_keys(ask, state):
    key = Slot(0xAA, 7).flat_key()
    assert ask("exact_index", key) == u64(3)
    assert ask("prev_index", key) == u64(3)
    between = (int.from_bytes(key, "big") + 1).to_bytes(32, "big")
    assert ask("prev_index", between) == u64(3)
    assert ask("prev_index", bytes(31) + b"\1") == u64(0)
    with pytest.raises(OracleError, match="no leaf has the key"):
        ask("exact_index", between)


@pytest.mark.parametrize("index", [0, 1, 3, 4, 2**40])
def test_proof_folds_to_the_root(ask, state, index):
    data = ask("proof", u64(index))
    assert len(data) == 4 * 532
    assert data[:8] == u64(index)
    leaf = Leaf(data[8:40], data[40:72], int.from_bytes(data[72:80], "little"))
    path = tuple(data[80 + 32 * h : 112 + 32 * h] for h in range(64))
    assert Proof(index, leaf, path).root() == state.tree.root()


def test_disconnect_answers_nothing(ask):
    assert ask("disconnect") == b""


@pytest.mark.parametrize(
    ("query", "parameters", "reason"),
    [
        (10, b"", "does not exist"),
        (0xFFFFFFFE, b"", "does not exist"),
        (5, bytes(28), "28 bytes of parameters with preimage"),
        (0, bytes(4), "4 bytes of parameters with next_tx_size"),
        (5, bytes(32), "no preimage is known for 0x0000"),
        (4, b"\xff" * 24 + bytes(32), "a slot of no address"),
    ],
)
def test_senseless_query_is_refused(state, query, parameters, reason):
    oracle = HonestOracle(state, BlockContext(), [])
    with pytest.raises(OracleError, match=reason):
        oracle.answer(query, parameters)


def test_answers_about_the_tree_are_those_of_the_tree_as_it_is():
    state = ChainState()
    state.set_slot(0xC0DE, 1, 5)
    parameters = (0xC0DE).to_bytes(24, "little") + (1).to_bytes(32, "big")
    query = QUERY_IDS["storage_slot"]

    def told(state):
        oracle = HonestOracle(state, BlockContext(), ())
        return [oracle.answer(query, parameters) for _ in range(2)]

    before = told(state)
    twin = state.fork()
    twin.set_slot(0xC0DE, 1, 6)
    after = told(twin)
    assert before[0] == before[1] != after[0] == after[1]
    assert told(state) == before
    twin.set_slot(0xC0DE, 2, 6)
    assert told(twin) == after
