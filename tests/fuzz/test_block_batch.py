"""Batches: what is said of blocks together is what is said of them alone."""

from dataclasses import replace

import pytest

from differential.outcome import Result
from differential.runners import native
from fuzz.coverage.target import Observation
from fuzz.strategies.calls import SEND_TO_L1, abi_bytes
from fuzz.strategies.cases import as_batch, batch
from fuzz.strategies.cast import LOOPER, keys, senders
from fuzz.strategies.contracts import loop_input, looper_code
from fuzz.strategies.source import RandomSource
from fuzz.targets.block_batch import BatchTarget
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.block_judge import must_end
from tests.pins import CORPORA
from zkos.host.case import AccountState, Block, Case, load_case
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.transactions import FieldTransaction, Kind

pytestmark = pytest.mark.native
ENGINE = BlockEngine("native", native.run_guest)
CHAIN = load_case(CORPORA / "storage" / "counter_chain.json")


def with_scheme(case: Case, scheme: DataAvailability) -> Case:
    blocks = tuple(
        replace(block, context=replace(block.context, da=scheme))
        for block in case.blocks
    )
    return replace(case, blocks=blocks)


def changed(change):
    """An engine whose run of a batch is changed."""

    def run(channel, options):
        ending = native.run_guest(channel, options)
        return change(channel, ending) if options.batch else ending

    return BlockEngine("other", run)


def problem_of(*engines):
    return BatchTarget("batch", engines).run(CHAIN).problem


@pytest.mark.parametrize("scheme", DataAvailability)
def test_batch_commits_to_what_the_judge_says(scheme):
    seen = BatchTarget("batch", [ENGINE, ENGINE]).run(with_scheme(CHAIN, scheme))
    assert seen.problem is None
    assert seen.compared == 1
    assert seen.included > 2


def test_generated_batches_are_alike():
    target = BatchTarget("batch", [ENGINE])
    for seed in range(12):
        assert target.run(batch(RandomSource(seed))).problem is None, seed


def test_other_public_input_of_a_batch_is_found():
    def change(_, ending):
        return replace(ending, public_input=bytes(32))

    problem = problem_of(ENGINE, changed(change))
    assert problem is not None
    assert (problem.layer, problem.where) == ("public_input", "batch")


def test_other_message_of_a_batch_is_found():
    def change(channel, ending):
        channel.messages.pop(0)
        return ending

    problem = problem_of(ENGINE, changed(change))
    assert problem is not None
    assert problem.layer == "messages"


def test_batch_that_ends_is_found():
    def change(_, ending):
        return replace(ending, result=Result.ABORT, reason="no reason")

    problem = problem_of(changed(change))
    assert problem is not None
    assert (problem.kind, problem.where) == ("abort", "batch")


def messages(count: int, block: int) -> Block:
    work = FieldTransaction(
        Kind.LEGACY,
        90_000_000,
        1000,
        nonce=block - 1,
        to=LOOPER,
        data=loop_input(count, 0x8008, SEND_TO_L1 + abi_bytes(b"", 32)),
        private_key=keys()[0],
    )
    context = BlockContext(block_number=block, native_price=1)
    return Block(context, (work,))


def test_more_logs_than_leaves_end_the_batch_and_no_block():
    accounts = (
        AccountState(senders()[0], 10**30),
        AccountState(LOOPER, nonce=1, code=looper_code()),
    )
    target = BatchTarget("batch", [ENGINE])
    full = as_batch(Case((messages(16_383, 1), messages(1, 2)), accounts))
    assert target.run(full).problem is None
    beyond = as_batch(Case((messages(16_384, 1), messages(1, 2)), accounts))
    steps = target.run_blocks(beyond, Observation())
    assert must_end([step.judged.sealed for step in steps])
    assert target.run(beyond).problem is None
