import struct

import pytest

from zkos.host.accounts import stored_code
from zkos.host.channel import QUERY_IDS, OracleError
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.delivery import Delivery
from zkos.host.oracle import BatchOracle, HonestOracle
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
        pubdata_price=0x33,
        pubdata_limit=99,
        last_block_timestamp=41,
        mix_hash=0xFF,
        da=DataAvailability.BLOBS,
    )
    transactions = [Delivery(b"x" * 33, 1, 0xF0), Delivery(b"y" * 8, 0, 0)]
    oracle = HonestOracle(state, context, transactions)

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
    assert len(data) == 4 * 2096
    numbers = [int.from_bytes(data[at : at + 32], "little") for at in (0, 32, 64)]
    assert numbers == [0x0102, 0x33, 10]
    numbers = struct.unpack_from("<5Q", data, 96)
    assert numbers == (3, 42, 37, (2**64 - 1) // 256, 99)
    assert data[136:160] == (0xCB).to_bytes(24, "little")
    # The oldest hash comes first.
    assert data[160:-64] == bytes(255 * 32)
    assert data[-64:-32] == (0x1234).to_bytes(32, "little")
    assert data[-32:] == (0xFF).to_bytes(32, "little")


def test_hashes_and_time_are_those_of_the_state_unless_given(state):
    state.apply([], [], 77, 40)
    oracle = HonestOracle(state, BlockContext(), ())
    metadata = oracle.answer(QUERY_IDS["block_metadata"], b"")
    assert metadata[-64:-32] == (77).to_bytes(32, "little")
    assert oracle.answer(QUERY_IDS["proof_data"], b"")[-8:] == u64(40)


def test_transactions_come_in_order_with_size_format_and_sender(ask):
    with pytest.raises(OracleError, match="before the first"):
        ask("tx_format")
    assert ask("next_tx_size") == u64(33)
    assert ask("next_tx_size") == u64(33)
    assert ask("tx_content") == b"x" * 33 + bytes(7)
    assert ask("tx_format") == u64(1)
    assert ask("tx_from") == (0xF0).to_bytes(24, "little")
    assert ask("next_tx_size") == u64(8)
    assert ask("tx_content") == b"y" * 8
    assert ask("tx_format") == u64(0)
    assert ask("next_tx_size") == u64(0)
    with pytest.raises(OracleError, match="after the last"):
        ask("tx_content")


def test_proof_data_is_the_commitment_and_the_time_before(ask, state):
    data = ask("proof_data")
    assert data[:32] == state.tree.root()
    assert data[32:] == u64(4) + u64(41)


@pytest.mark.parametrize(
    ("da", "scheme"), zip(DataAvailability, (1, 3, 4), strict=True)
)
def test_scheme_is_told_by_number(state, da, scheme):
    oracle = HonestOracle(state, BlockContext(da=da), ())
    assert oracle.answer(QUERY_IDS["da_scheme"], b"")[4:] == u64(scheme)


def test_slot_answers_value_or_new(ask):
    found = ask("storage_slot", slot_parameters(0xAA, 7))
    assert found == u64(0) + (9).to_bytes(32, "big")
    absent = ask("storage_slot", slot_parameters(0xAA, 8))
    assert absent == u64(1) + bytes(32)


def test_preimage_is_padded(ask, state):
    stored = stored_code(b"\xfe" * 3)
    assert ask("preimage", hash_bytes(stored)) == b"\xfe" * 3 + bytes(5) + bytes(8)
    encoding = state.account(0xAA).encode()
    assert ask("preimage", hash_bytes(encoding)) == encoding + bytes(4)


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
        ("0x4002_0000", b"", "does not exist"),
        ("0xFFFF_FFFE", b"", "does not exist"),
        ("preimage", bytes(28), "28 bytes of parameters with preimage"),
        ("next_tx_size", bytes(4), "4 bytes of parameters with next_tx_size"),
        ("preimage", bytes(32), "no preimage is known for 0x0000"),
        ("storage_slot", b"\xff" * 24 + bytes(32), "a slot of no address"),
        ("modexp_advice", bytes(16), "division by zero"),
        ("blob_advice", bytes(130_000), "do not fit in a blob"),
        ("block_count", b"", "does not exist"),
    ],
)
def test_senseless_query_is_refused(state, query, parameters, reason):
    oracle = HonestOracle(state, BlockContext(), [])
    number = int(query, 16) if query.startswith("0x") else QUERY_IDS[query]
    with pytest.raises(OracleError, match=reason):
        oracle.answer(number, parameters)


def test_batch_is_served_block_after_block(state):
    deliveries = [Delivery(bytes([number]), 1, number) for number in range(2)]
    oracle = BatchOracle(
        [HonestOracle(state, BlockContext(), [delivery]) for delivery in deliveries]
    )

    def ask(name, parameters=b""):
        return oracle.answer(QUERY_IDS[name], parameters)

    # One word, without a length.
    assert ask("block_count") == struct.pack("<I", 2)
    for number in range(2):
        assert ask("tx_content")[4:5] == bytes([number])
        assert ask("disconnect") == bytes(4)
    assert len(ask("blob_advice", b"data")) == 4 + 96
    with pytest.raises(OracleError, match="tx_content after the last block"):
        ask("tx_content")


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
    twin.set_slot(0xC0DE, 1, 7)
    assert told(twin)[0][-1] == 7
    twin.set_slot(0xC0DE, 1, 6)
    twin.set_slot(0xC0DE, 2, 6)
    assert told(twin) == after
