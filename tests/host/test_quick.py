"""Answers from memory are those of the oracle, and whoever watches gets all of them."""

import ctypes
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.runners import native, riscv
from differential.runners.base import conclude, oracle_of, state_of_case
from fuzz.targets.block_runs import Transcript
from zkos.cases.loading import load_case
from zkos.host.channel import QUERY_IDS, REPORT, OracleError, QueryChannel
from zkos.host.context import BlockContext
from zkos.host.delivery import Delivery
from zkos.host.edits import AnswerEdit, edited
from zkos.host.oracle import HonestOracle
from zkos.host.profile import Mode, RunOptions
from zkos.host.state import ChainState, Slot
from zkos.host.store.memory import Buffer
from zkos.host.tape import Recorder
from zkos.host.tree import hash_bytes

CORPORA = Path(__file__).resolve().parents[2] / "corpora"
CASES = ["create/token.json", "precompiles", "hooks"]
RUNS = [native.run_guest, riscv.run_guest]
OUT_WORDS = 4096
IN_BYTES = 1 << 14


def world():
    state = ChainState()
    state.set_account(0xA, balance=7, code=b"\x60\x00")
    state.set_slot(0xB, 1, 0)
    state.set_slot(0xB, 2**255, 2**256 - 1)
    state.preimages.add(b"")
    state.preimages.add(bytes(IN_BYTES))
    transactions = [
        Delivery(b"\x01\x02\x03", 1, 0xABCDEF),
        Delivery(b"", 0, 0),
        Delivery(bytes(IN_BYTES), 9, 2**192 - 1),
        Delivery(b"12345678", 1, 2**160 - 1),
    ]
    return state, HonestOracle(state, BlockContext(), transactions)


class Guest:
    """The end of the oracle that compiled code has."""

    def __init__(self, oracle):
        self.oracle = Buffer(64)
        self.out, self.incoming = Buffer(4 * OUT_WORDS), Buffer(IN_BYTES)
        self.taken = []
        self.channel = QueryChannel(oracle)
        self.slow = ctypes.CFUNCTYPE(ctypes.c_int)(self.ask_channel)
        self.answers = self.channel.answerer()
        address = ctypes.cast(self.slow, ctypes.c_void_p).value
        views = (self.oracle.view, self.out.view, self.incoming.view)
        self.door = ctypes.CFUNCTYPE(ctypes.c_int)(self.answers.begin(*views, address))
        struct.pack_into("<I", self.oracle.data, 12, OUT_WORDS)

    def ask_channel(self):
        (used,) = struct.unpack_from("<I", self.oracle.data, 8)
        self.taken.append(self.channel.exchange(bytes(self.out.data[: 4 * used])))
        struct.pack_into("<I", self.oracle.data, 8, 0)
        return 0

    def ask(self, query, parameters, before=b""):
        """The answer, and whether it came from memory."""
        (used,) = struct.unpack_from("<I", self.oracle.data, 8)
        words = struct.pack("<II", query, len(parameters) // 4)
        written = before + words + parameters
        self.out.data[4 * used : 4 * used + len(written)] = written
        struct.pack_into("<I", self.oracle.data, 8, used + len(written) // 4)
        taken = len(self.taken)
        assert self.door() == 0
        if len(self.taken) > taken:
            return self.taken[-1], False
        position, length = struct.unpack_from("<II", self.oracle.data, 24)
        assert position == 0
        return bytes(self.incoming.data[: 4 * length]), True


def place(slot):
    return slot.address.to_bytes(24, "little") + slot.key.to_bytes(32, "big")


def parameters_of(state):
    """What may be asked, and what makes no sense."""
    tree = state.tree
    keys = [leaf.key for leaf in tree.leaves()] + [bytes(31) + b"\x01"]
    slots = [Slot(0xB, 1), Slot(0xB, 2), Slot(0xB, 2**255), Slot(0x8003, 0xA)]
    places = [
        s.address.to_bytes(24, "little") + s.key.to_bytes(32, "big") for s in slots
    ]
    numbers = [n.to_bytes(8, "little") for n in (0, 1, 4, 5, 6, 7, 8, 100, 2**63)]
    hashes = [value for leaf in tree.leaves() for value in (leaf.value,)]
    known = [hash_bytes(b""), hash_bytes(bytes(IN_BYTES))]
    return st.one_of(
        st.just(b""),
        st.sampled_from(keys + places + numbers + hashes + known),
        st.integers(0, 20).map(lambda n: bytes(4 * n)),
        st.just(b"\xff" * 56),
    )


STATE, _ = world()
QUERIES = st.sampled_from([*QUERY_IDS.values(), 5])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(QUERIES, parameters_of(STATE), st.booleans()), max_size=24))
def test_each_answer_is_that_of_the_oracle(questions):
    _, plain = world()
    _, laid_out = world()
    guest, expected = Guest(laid_out), QueryChannel(plain)
    messages = []
    for query, parameters, with_message in questions:
        if query in (QUERY_IDS["modexp_advice"], QUERY_IDS["blob_advice"]):
            continue
        before = struct.pack("<3I", REPORT, 1, len(messages)) if with_message else b""
        messages += [(REPORT, before[8:])] if with_message else []
        head = struct.pack("<II", query, len(parameters) // 4)
        answer = expected.exchange(before + head + parameters)
        given, _ = guest.ask(query, parameters, before)
        assert given == answer
        if expected.fault is not None:
            break

    guest.answers.end()
    (used,) = struct.unpack_from("<I", guest.oracle.data, 8)
    guest.channel.exchange(bytes(guest.out.data[: 4 * used]))
    assert guest.channel.fault == expected.fault
    assert guest.channel.messages == expected.messages == messages
    assert guest.channel.queries == expected.queries
    assert guest.channel.words_written == expected.words_written
    assert guest.channel.words_answered == expected.words_answered


def test_nearly_everything_comes_from_memory():
    state, oracle = world()
    guest = Guest(oracle)
    key = state.tree.leaf(2).key
    asked = [
        ("block_metadata", b"", True),
        ("proof_data", b"", True),
        ("disconnect", b"", True),
        ("storage_slot", bytes(56), True),
        ("proof", bytes(8), True),
        ("prev_index", key, True),
        ("exact_index", key, True),
        ("exact_index", b"\x05" * 32, False),
    ]
    for name, parameters, quick in asked:
        assert guest.ask(QUERY_IDS[name], parameters)[1] is quick, name


def test_a_transaction_too_long_for_the_buffer_takes_the_slow_way_and_counts():
    _, oracle = world()
    guest = Guest(oracle)
    ways = [guest.ask(QUERY_IDS["tx_content"], b"")[1] for _ in range(4)]
    size, _ = guest.ask(QUERY_IDS["next_tx_size"], b"")

    assert ways == [True, True, False, True]
    assert size[4:] == bytes(8)


def test_words_of_a_message_in_parts_turn_memory_off():
    _, oracle = world()
    guest = Guest(oracle)
    part = struct.pack("<II", REPORT, 100)
    guest.out.data[: len(part)] = part
    struct.pack_into("<I", guest.oracle.data, 8, 2)
    assert guest.door() == 0

    # What follows is the rest of the message, though it looks like a query.
    rest = struct.pack("<II", QUERY_IDS["proof_data"], 0) + bytes(4 * 98)
    assert guest.ask(QUERY_IDS["block_metadata"], b"", rest)[1] is False
    assert guest.channel.messages == [(REPORT, rest)]


def test_watched_and_edited_answers_are_asked_for():
    _, oracle = world()
    assert QueryChannel(oracle).answerer() is not None
    assert QueryChannel(Recorder(oracle)).answerer() is None
    assert QueryChannel(edited(oracle, [AnswerEdit(3, value=1)])).answerer() is None


def cases():
    for name in CASES:
        path = CORPORA / name
        yield from [path] if path.is_file() else sorted(path.glob("*.json"))[:2]


@pytest.mark.parametrize(
    "run", [native.run_guest, riscv.run_guest], ids=["native", "riscv"]
)
@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
@pytest.mark.parametrize("mode", Mode)
def test_a_run_is_the_same_with_and_without_memory(path, mode, run):
    case = load_case(path)
    block, state, options = case.blocks[0], state_of_case(case), RunOptions(mode=mode)

    def outcome(wrap):
        channel = QueryChannel(wrap(oracle_of(block, state, options)))
        ended = replace(run(channel, options), seconds=None)
        return conclude(channel, ended, state, options)

    recorders = []

    def recorded(oracle):
        recorders.append(Recorder(oracle))
        return recorders[-1]

    def transcribed(oracle):
        transcripts.append(Transcript(oracle))
        return transcripts[-1]

    transcripts = []
    quick, watched = outcome(lambda oracle: oracle), outcome(recorded)
    assert quick == watched == outcome(transcribed)
    exchanges = recorders[0].tape().exchanges
    assert transcripts[0].asked == [(e.query, e.parameters) for e in exchanges]
    assert quick.detail.queries
    assert sum(quick.detail.queries.values()) == len(exchanges)


def test_an_oracle_error_is_told_as_ever():
    _, oracle = world()
    with pytest.raises(OracleError):
        oracle.answer(QUERY_IDS["exact_index"], b"\x05" * 32)
    guest = Guest(oracle)
    assert guest.ask(QUERY_IDS["exact_index"], b"\x05" * 32) == (b"", False)
    assert guest.channel.fault is not None
