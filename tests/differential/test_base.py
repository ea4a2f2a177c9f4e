import gzip
import json
import struct
from dataclasses import replace

import pytest

from differential.outcome import Detail, Outcome, Result, SlotDiff
from differential.runners.base import (
    Ending,
    conclude,
    encode_block,
    prepare,
    run_chain,
    state_after,
    state_of_case,
)
from zkos.host.case import Block, load_case, parse_case
from zkos.host.case_errors import CaseError
from zkos.host.channel import REPORT
from zkos.host.context import BlockContext
from zkos.host.profile import RunOptions
from zkos.host.transactions import EncodedTransaction, RawTransaction

EMPTY = {"block": {}}
TWO_BLOCKS = {"block": {}, "then": [{"block": {"block_number": 2}}]}


def read_json(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        return json.load(file)


def test_state_before_is_the_published_one(shared):
    for path in sorted((shared / "vectors").glob("*.expected.json*")):
        expected = read_json(path)
        if "state_root_before" not in expected:
            first = expected["images"]["app"]
            expected = first[0] if isinstance(first, list) else first
            expected = expected["reveal"]["state_before"]
            root, free = expected["root"], expected["next_free_slot"]
        else:
            root = expected["state_root_before"]
            free = expected["next_free_slot_before"]
        case = load_case(path.with_name(path.name.replace(".expected", "")))
        tree = state_of_case(case).tree
        assert (tree.root().hex(), tree.next_free_slot) == (root[2:], free), path.name


def test_transaction_that_cannot_be_encoded_is_named():
    block = Block(BlockContext(), (EncodedTransaction(b""), RawTransaction(b"\3")))
    with pytest.raises(CaseError) as caught:
        encode_block(block)
    assert str(caught.value) == "case: txs[1].raw: unsupported type byte 0x03"


def block_report(*, root=2):
    fields = [struct.pack("<I", 8), (7).to_bytes(32, "little"), bytes(32 + 8)]
    fields += [root.to_bytes(32, "little"), struct.pack("<Q", 9), bytes(32)]
    return REPORT, b"".join(fields)


def finish(messages, *, fault=None, options=RunOptions()):  # noqa: B008
    case = parse_case(EMPTY, "x")
    state = state_of_case(case)
    channel = prepare(case.blocks[0], state)
    channel.exchange(struct.pack("<2I", 0, 0))
    channel.messages += messages
    channel.fault = fault
    ending = Ending(Result.SUCCESS, public_input=bytes(32), words_read=5, seconds=1.0)
    return conclude(channel, ending, state, options)


def test_outcome_takes_root_and_counts():
    outcome = finish([block_report()])
    assert outcome.result is Result.SUCCESS
    assert (outcome.state_root, outcome.next_free_slot) == (2, 9)
    assert outcome.oracle_words == 7
    assert outcome.detail.queries == {"next_tx_size": 1}
    assert outcome.detail.block_hash == 7
    assert outcome.transactions == ()
    assert outcome.detail.next_free_slot_before == 2


def test_silent_run_knows_no_root():
    outcome = finish([], options=RunOptions(report=False))
    assert outcome.result is Result.SUCCESS
    assert (outcome.state_root, outcome.transactions, outcome.pubdata) == (None,) * 3
    assert outcome.detail.diffs is None


def test_fault_of_the_host_is_a_crash():
    outcome = finish([], fault="no idea")
    assert (outcome.result, outcome.reason) == (Result.CRASH, "oracle: no idea")
    assert outcome.public_input is None


def test_malformed_report_is_a_crash():
    outcome = finish([(REPORT, b"")])
    assert outcome.result is Result.CRASH
    assert outcome.reason == "report: a message ends early"


def fake_runner(seen, *, root=None):
    """An engine that writes slot `block number` and tells the right root."""

    def run(block, state, options):
        seen.append((block.context.block_number, state.tree.next_free_slot))
        number = block.context.block_number
        detail = Detail(
            diffs=(SlotDiff(1, number, number),), preimages=(b"p",), block_hash=number
        )
        outcome = Outcome(Result.SUCCESS, detail=detail)
        tree = state_after(state, outcome).tree
        right = int.from_bytes(tree.root(), "big")
        return replace(outcome, state_root=right if root is None else root)

    return run


def test_chain_runs_each_block_on_the_state_of_the_last():
    seen = []
    case = parse_case(TWO_BLOCKS, "x")
    outcomes = list(run_chain(fake_runner(seen), case, RunOptions()))
    assert seen == [(1, 2), (2, 3)]
    assert all(outcome.succeeded for outcome in outcomes)
    assert outcomes[0].state_root != outcomes[1].state_root


def test_chain_stops_when_the_persisted_root_differs():
    seen = []
    case = parse_case(TWO_BLOCKS, "x")
    (outcome,) = run_chain(fake_runner(seen, root=5), case, RunOptions())
    assert outcome.result is Result.CRASH
    assert "the reported diffs give the root" in outcome.reason
    assert len(seen) == 1


def test_chain_stops_after_a_block_without_success():
    case = parse_case(TWO_BLOCKS, "x")
    outcomes = run_chain(lambda *_: Outcome(Result.ABORT), case, RunOptions())
    assert list(outcomes) == [Outcome(Result.ABORT)]


def test_state_after_needs_the_diffs():
    case = parse_case(EMPTY, "x")
    with pytest.raises(ValueError, match="says nothing"):
        state_after(state_of_case(case), Outcome(Result.SUCCESS))
