import json
import struct
from dataclasses import replace

import pytest

from differential.outcome import BatchOutcome, Detail, Outcome, Result, SlotDiff
from differential.runners.base import (
    Ending,
    conclude,
    conclude_batch,
    deliver_block,
    prepare,
    prepare_batch,
    run_batch,
    run_chain,
    settle,
    state_after,
    state_of_case,
)
from tests.support.published import NAMES, case_path, expected_path
from zkos.host.case import Block, load_case, parse_case
from zkos.host.case_errors import CaseError
from zkos.host.channel import QUERY_IDS, REPORT
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.profile import RunOptions
from zkos.host.transactions import EncodedTransaction, FieldTransaction, Kind

EMPTY = {"block": {}}
TWO_BLOCKS = {"block": {}, "then": [{"block": {"block_number": 2}}]}


@pytest.mark.parametrize("name", NAMES)
def test_state_before_is_the_published_one(name):
    expected = json.loads(expected_path(name).read_text())
    tree = state_of_case(load_case(case_path(name))).tree
    assert f"0x{tree.root().hex()}" == expected["state_root_before"]
    assert tree.next_free_slot == expected["next_free_slot_before"]


def test_transaction_that_cannot_be_encoded_is_named():
    broken = FieldTransaction(Kind.LEGACY, 1, 1, private_key=bytes(32))
    block = Block(BlockContext(), (EncodedTransaction(b""), broken))
    with pytest.raises(CaseError) as caught:
        deliver_block(block)
    assert str(caught.value) == "case: txs[1].private_key: not a secp256k1 key"


def block_report(*, root=2):
    fields = [struct.pack("<I", 8), (7).to_bytes(32, "little"), bytes(32 + 8)]
    fields += [root.to_bytes(32, "little"), struct.pack("<Q", 9), bytes(32)]
    fields.append(struct.pack("<Q", 21000))
    return REPORT, b"".join(fields)


def finish(messages, *, fault=None, options=RunOptions()):  # noqa: B008
    case = parse_case(EMPTY, "x")
    state = state_of_case(case)
    channel = prepare(case.blocks[0], state)
    channel.exchange(struct.pack("<2I", QUERY_IDS["next_tx_size"], 0))
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
    assert outcome.block_hash == 7
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
        context = block.context
        before = context.block_hashes[0], context.last_block_timestamp
        seen.append((context.block_number, state.tree.next_free_slot, before))
        number = block.context.block_number
        detail = Detail(diffs=(SlotDiff(1, number, number),), preimages=(b"p",))
        told = b"\1" + bytes(32) + block.context.timestamp.to_bytes(8, "big")
        outcome = Outcome(
            Result.SUCCESS, block_hash=number, pubdata=told, detail=detail
        )
        tree = state_after(state, outcome).tree
        right = int.from_bytes(tree.root(), "big")
        return replace(outcome, state_root=right if root is None else root)

    return run


def test_chain_runs_each_block_on_the_state_of_the_last():
    seen = []
    case = parse_case(TWO_BLOCKS, "x")
    outcomes = list(run_chain(fake_runner(seen), case, RunOptions()))
    assert seen == [(1, 2, (0, 0)), (2, 3, (1, 42))]
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


def test_what_a_block_says_itself_is_kept():
    context = BlockContext(block_hashes=(5,), last_block_timestamp=6)
    state = state_of_case(parse_case(EMPTY, "x"))
    settled = settle(Block(context), state).context
    assert (settled.block_hashes, settled.last_block_timestamp) == ((5,), 6)
    assert settled.da is DataAvailability.KECCAK
    blobs = RunOptions(da=DataAvailability.BLOBS)
    assert settle(Block(context), state, blobs).context.da is DataAvailability.BLOBS


def test_batch_is_run_on_the_states_between_its_blocks():
    case = parse_case(TWO_BLOCKS, "x")
    outcomes = list(run_chain(fake_runner([]), case, RunOptions()))

    def run(blocks, states, options):
        assert [state.tree.next_free_slot for state in states] == [2, 3]
        assert [block.context.block_hashes[0] for block in blocks] == [0, 1]
        return Outcome(Result.SUCCESS)

    assert run_batch(run, case, outcomes, RunOptions()).succeeded


def test_batch_tells_what_it_commits_to():
    case = parse_case(TWO_BLOCKS, "x")
    state = state_of_case(case)
    channel = prepare_batch(case.blocks, [state, state], RunOptions())
    numbers = b"".join(number.to_bytes(32, "little") for number in range(1, 7))
    batch = struct.pack("<I", 12) + numbers + struct.pack("<2I", 2, 0)
    channel.messages += [block_report(), block_report(), (REPORT, batch)]
    ending = Ending(Result.SUCCESS, public_input=bytes(32), words_read=5)
    outcome = conclude_batch(channel, ending, RunOptions(), 2)
    assert outcome.batch == BatchOutcome(1, 2, 3, 4, 5, ())
    assert (outcome.state_root, outcome.transactions) == (None, None)
    too_many = conclude_batch(channel, ending, RunOptions(), 1)
    assert too_many.reason == "report: 2 blocks are reported, there are 1"
