"""Answers of another length, to the first question of each kind (oracle spec 4)."""

from dataclasses import replace
from functools import cache

import pytest

from differential.outcome import Result, TransactionStatus
from differential.runners.base import oracle_of, state_of_case
from tests.guest.commitment.test_published import PUBLISHED
from tests.guest.system.world import (
    BLOB_ADVICE,
    CONTENT,
    DA_SCHEME,
    ENCODING,
    METADATA,
    PREIMAGE,
    PROOF_DATA,
    SENDER,
    SIZE,
    SLOT,
)
from tests.support.blocks import BLOCKS
from zkos.host.case import parse_case
from zkos.host.channel import QueryChannel
from zkos.host.context import DataAvailability
from zkos.host.edits import AnswerEdit
from zkos.host.oracle import BatchOracle
from zkos.host.profile import RunOptions

GUEST = BLOCKS
pytestmark = pytest.mark.usefixtures("target")
PREVIOUS, EXACT, PROOF = 0x4004F000, 0x4004F001, 0x4004F002
STRICT = {
    "metadata": METADATA,
    "scheme": DA_SCHEME,
    "encoding": ENCODING,
    "sender": SENDER,
    "slot": SLOT,
    "proof data": PROOF_DATA,
    "previous index": PREVIOUS,
    "proof": PROOF,
    "blob advice": BLOB_ADVICE,
}
CHANGES = ["two more", "one more", "two less", "one less", "empty"]
KNOWN = PUBLISHED["transfer_1"]
CASE = parse_case(KNOWN["case"], "published")
CHAIN = parse_case(PUBLISHED["chain_3"]["case"], "published")
OPTIONS = RunOptions(da=DataAvailability.BLOBS)
PUBLIC_INPUT = KNOWN["blocks"][0]["public_inputs"]["blobs"]


class Recorder:
    def __init__(self, honest):
        self.honest = honest
        self.answers = []

    def answer(self, query, parameters):
        response = self.honest.answer(query, parameters)
        self.answers.append((query, response))
        return response


@cache
def answers(case, runner):
    """What the guest is answered in the first block, in order."""
    recorder = Recorder(oracle_of(case.blocks[0], state_of_case(case), OPTIONS))
    ending = runner.run_guest(QueryChannel(recorder), OPTIONS)
    assert ending.result is Result.SUCCESS
    return recorder.answers


@pytest.fixture
def recorded(target):
    return answers(CASE, target.runner)


def changed(response: bytes, change: str) -> bytes:
    words = response[4:]
    if change == "empty":
        words = b""
    elif change.endswith("more"):
        words += b"\0\0\0\0" * (2 if change.startswith("two") else 1)
    else:
        words = words[: -8 if change.startswith("two") else -4]
    return (len(words) // 4).to_bytes(4, "little") + words


def run(*edits: AnswerEdit, case=CASE):
    block = replace(case.blocks[0], edits=edits)
    return BLOCKS.run_block(block, state_of_case(case), OPTIONS)


def run_changed(recorded, query: int, change: str, case=CASE):
    queries = [known for known, _ in recorded]
    index = queries.index(query)
    response = changed(recorded[index][1], change)
    return run(AnswerEdit(index, response=response), case=case)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("query", STRICT.values(), ids=list(STRICT))
def test_most_answers_have_one_length(recorded, query, change):
    outcome = run_changed(recorded, query, change)
    assert outcome.result is Result.ABORT


@pytest.mark.parametrize("change", CHANGES)
def test_exact_indices_have_one_length(change):
    """Where a slot is changed whose leaf is no neighbour of another one."""
    outcome = run_changed(answers(CHAIN, BLOCKS.runner), EXACT, change, CHAIN)
    assert outcome.result is Result.ABORT


@pytest.mark.parametrize("change", CHANGES)
def test_preimages_may_lack_the_padding(recorded, change):
    outcome = run_changed(recorded, PREIMAGE, change)
    if change == "one less":
        assert f"0x{outcome.public_input.hex()}" == PUBLIC_INPUT
    else:
        assert outcome.result is Result.ABORT


@pytest.mark.parametrize("change", CHANGES)
def test_unreadable_sizes_are_asked_for_again(recorded, change):
    outcome = run_changed(recorded, SIZE, change)
    dropped, sent = outcome.transactions
    assert dropped.status is TransactionStatus.INVALID
    assert dropped.reason == "InvalidEncoding"
    assert sent.status is TransactionStatus.SUCCESS
    assert f"0x{outcome.public_input.hex()}" == PUBLIC_INPUT


@pytest.mark.parametrize("change", ["two more", "one more"])
def test_content_of_more_words_is_not_looked_at(recorded, change):
    outcome = run_changed(recorded, CONTENT, change)
    (dropped,) = outcome.transactions
    assert dropped.status is TransactionStatus.INVALID
    assert dropped.reason == "InvalidEncoding"
    assert "storage_slot" not in outcome.detail.queries


@pytest.mark.parametrize("change", ["two less", "one less", "empty"])
def test_content_of_fewer_words_ends_in_zeros(recorded, change):
    """The last word of this one is padding."""
    outcome = run_changed(recorded, CONTENT, change)
    (transaction,) = outcome.transactions
    assert (transaction.status is TransactionStatus.SUCCESS) == (change == "one less")
    assert outcome.detail.queries["storage_slot"] > 0


def test_block_may_not_be_older_than_the_one_before():
    block, state = CASE.blocks[0], state_of_case(CASE)
    time = block.context.timestamp
    for before, result in ((time, Result.SUCCESS), (time + 1, Result.ABORT)):
        context = replace(block.context, last_block_timestamp=before)
        outcome = BLOCKS.run_block(replace(block, context=context), state, OPTIONS)
        assert outcome.result is result
    assert "older" in outcome.reason


@pytest.mark.parametrize("scheme", [0, 2])
def test_schemes_that_publish_nothing_end_the_run_late(recorded, scheme):
    queries = [known for known, _ in recorded]
    outcome = run(AnswerEdit(queries.index(DA_SCHEME), word=1, value=scheme))
    assert outcome.result is Result.ABORT
    assert outcome.detail.queries["proof_data"] == 1
    assert "proof" not in outcome.detail.queries


def test_unknown_schemes_end_the_run_at_once(recorded):
    queries = [known for known, _ in recorded]
    outcome = run(AnswerEdit(queries.index(DA_SCHEME), word=1, value=5))
    assert outcome.result is Result.ABORT
    assert outcome.detail.queries == {"block_metadata": 1, "da_scheme": 1}


@pytest.mark.parametrize("word", [1, 12, 13, 24])
def test_wrong_commitments_and_openings_end_the_run(recorded, word):
    queries = [known for known, _ in recorded]
    index = queries.index(BLOB_ADVICE)
    value = int.from_bytes(recorded[index][1][4 * word : 4 * word + 4], "little") ^ 1
    outcome = run(AnswerEdit(index, word=word, value=value))
    assert outcome.result is Result.ABORT
    assert "wrong" in outcome.reason


def test_batch_of_no_blocks_is_refused():
    options = replace(OPTIONS, batch=True)
    channel = QueryChannel(BatchOracle([]))
    ending = BLOCKS.run_guest(channel, options)
    assert ending.result is Result.ABORT
    assert channel.queries_by_name() == {"block_count": 1}
