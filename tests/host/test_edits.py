"""Lies written down in cases."""

from dataclasses import replace

import pytest

from differential.minimise.signed import rename
from differential.outcome import Result
from differential.runners import cpython, native, py_evm
from differential.runners.base import oracle_of, state_of_case
from fuzz.mutation.cast import with_transactions
from zkos.host.case import parse_case
from zkos.host.case_errors import CaseError
from zkos.host.case_writer import case_to_json
from zkos.host.channel import QUERY_IDS, OracleError, QueryChannel
from zkos.host.edits import AnswerEdit, EditedOracle, edited
from zkos.host.profile import Mode, Profile, RunOptions
from zkos.host.tape import Recorder

COPIES = {
    "block": {},
    "accounts": {
        "0x1a642f0e3c3af545e7acbd38b07251b3990914f1": {"balance": 10**18},
        "0x000000000000000000000000000000000000c0de": {
            "code": "0x60055460005500",
            "storage": {"5": 3},
        },
    },
    "txs": [
        {
            "type": "legacy",
            "to": "0x000000000000000000000000000000000000c0de",
            "gas_limit": 100000,
            "gas_price": 1000,
            "private_key": "0x" + "01" * 32,
        }
    ],
}
"""Slot 5 of a contract is copied to slot 0."""
LIE = AnswerEdit(answer=11, word=1, value=0x60540660)
"""The code is said to begin with PUSH1 6: slot 6 is copied, which is empty."""


def case_with_a_lie():
    case = parse_case(COPIES, "copies")
    return replace(case, blocks=(replace(case.blocks[0], edits=(LIE,)),))


class Three:
    """Answers everything with three words."""

    def answer(self, query, parameters):
        return (2).to_bytes(4, "little") + bytes(8)


def test_only_the_answer_at_the_place_is_another():
    host = EditedOracle(Three(), [AnswerEdit(1, word=2, value=9)])
    honest = Three().answer(0, b"")
    answers = [host.answer(0, b"") for _ in range(3)]
    assert answers == [honest, honest[:8] + (9).to_bytes(4, "little"), honest]


def test_edits_of_one_answer_follow_each_other():
    edits = [AnswerEdit(0, response=bytes(8)), AnswerEdit(0, word=1, value=5)]
    assert EditedOracle(Three(), edits).answer(0, b"") == bytes(4) + b"\5\0\0\0"


def test_word_that_is_not_there_is_an_error():
    with pytest.raises(OracleError, match="answer 0 has no word 3"):
        EditedOracle(Three(), [AnswerEdit(0, word=3)]).answer(0, b"")


def test_honest_host_stays_who_it_is():
    host = Three()
    assert edited(host, ()) is host


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(native.run_block, marks=pytest.mark.native),
        pytest.param(cpython.run_block, marks=pytest.mark.cpython),
    ],
)
def test_lie_is_believed_unless_it_must_be_proven(run):
    case = case_with_a_lie()
    state = state_of_case(case)
    refused = run(case.blocks[0], state, RunOptions())
    assert refused.result is Result.ABORT
    assert "preimage does not match its hash" in refused.reason
    believed = run(case.blocks[0], state, RunOptions(mode=Mode.FORWARD))
    assert believed.succeeded
    assert believed.detail.storage == ()
    honest = run(replace(case.blocks[0], edits=()), state, RunOptions())
    (slot,) = honest.detail.storage
    assert (slot.key, slot.current) == (0, 3)


def test_lie_is_about_the_code():
    case = case_with_a_lie()
    recorder = Recorder(oracle_of(case.blocks[0], state_of_case(case)))
    cpython.run_guest(QueryChannel(recorder), RunOptions(mode=Mode.FORWARD))
    asked = recorder.tape().exchanges[LIE.answer]
    assert asked.query == QUERY_IDS["preimage"]
    assert asked.response[4:11] == bytes.fromhex("60065460005500")


def test_ethereum_is_not_asked_about_lies():
    case = case_with_a_lie()
    options = RunOptions(Profile.REPLAY, Mode.FORWARD)
    outcome = py_evm.run_block(case.blocks[0], state_of_case(case), options)
    assert outcome.reason == "unsupported: a host that lies"


def test_edits_are_written_as_they_are_read():
    case = case_with_a_lie()
    edits = (*case.blocks[0].edits, AnswerEdit(3, response=bytes(12)))
    case = replace(case, blocks=(replace(case.blocks[0], edits=edits),) * 2)
    assert parse_case(case_to_json(case), "again") == case


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"answer": 1}, "oracle[0]: field word is missing"),
        ({"answer": 1, "word": 1}, "oracle[0]: field value is missing"),
        ({"word": 1, "value": 1}, "oracle[0]: field answer is missing"),
        ({"answer": 1, "word": 1, "value": 1 << 32}, "value: more than 32 bits"),
        ({"answer": 1, "response": "0x010203"}, "not a whole number of 32-bit words"),
        ({"answer": 1, "response": "0x", "word": 1}, "response stands alone"),
        ({"answer": 1, "other": 1}, "unknown field"),
    ],
)
def test_bad_edit_is_named(edit, reason):
    with pytest.raises(CaseError) as caught:
        parse_case({"block": {}, "txs": [], "oracle": [edit]}, "a.json")
    assert reason in str(caught.value)
    assert str(caught.value).startswith("a.json")


def test_format_of_the_future_is_refused():
    assert parse_case({"format": 1, "block": {}}, "a.json")
    with pytest.raises(CaseError, match="format: only format 1 is known"):
        parse_case({"format": 2, "block": {}}, "a.json")


def test_lies_stay_when_a_case_is_changed_around_them():
    case = case_with_a_lie()
    edits = case.blocks[0].edits
    assert rename(case, {0xC0DE: 0xC0DF}).blocks[0].edits == edits
    changed = with_transactions(case, 0, list(case.blocks[0].transactions) * 2)
    assert changed.blocks[0].edits == edits
