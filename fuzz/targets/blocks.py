"""Blocks on several engines of ours at once: the fast path of campaigns.

What engines share is made once: encoded transactions, the state, its proofs. What they
say is compared as it came, word by word, and decoded only to tell what a difference is.
Commitments are judged apart from all engines.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

from differential.origin import origin
from differential.outcome import Outcome, Result
from differential.runners.base import (
    Ending,
    conclude,
    options_of,
    settle,
    state_of_case,
)
from fuzz.coverage.counters import Counters
from fuzz.coverage.target import Observation, Problem
from fuzz.mutation.cases import mutate_case
from fuzz.mutation.shrink import shrink_case
from fuzz.mutation.text import case_from_text, case_to_text, case_weight
from fuzz.strategies.cases import case
from fuzz.strategies.source import Source
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.block_features import (
    Receipts,
    block_features,
    declared_abort,
)
from fuzz.targets.block_judge import Judged, Misjudged, judge_block, judge_run
from fuzz.targets.block_runs import Run, Transcript, first_unlike
from fuzz.targets.versions import extras_of
from zkos.guest.protocol.options import (
    OPTION_DISABLE_SYSTEM_CONTRACTS,
    OPTION_PREVRANDAO,
)
from zkos.host.case import Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.channel import QueryChannel
from zkos.host.commitments import MIX_HASH
from zkos.host.context import DataAvailability
from zkos.host.delivery import Delivery, deliver
from zkos.host.edits import edited
from zkos.host.oracle import HonestOracle
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.host.transactions import Transaction, TransactionError
from zkos.versions import DEFAULT

_STATES_KEPT: Final = 64
_TRANSACTIONS_KEPT: Final = 4096
_GAS_OF_BYTE: Final = 100
"""Gas that is as dear to a campaign as a byte of input."""
_WORK_OF_BLOB: Final = 50_000
"""What opening one takes, in bytes of input."""
OPTIONS: Final = RunOptions()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of comparing a block with an engine that is not ours."""

    problem: Problem | None = None
    compared: bool = True
    """False where that engine has no opinion."""


Reference = Callable[[Block, ChainState, RunOptions, Outcome], Judgement]
"""Compares what ours said of a block with an engine that is not ours."""


class BlockTarget:
    """Every engine says the same of every block, and none fails."""

    suffix: Final = ".json"

    def __init__(
        self,
        name: str,
        engines: Sequence[BlockEngine],
        options: RunOptions = OPTIONS,
        *,
        reference: Reference | None = None,
        generate: Callable[[Source], Case] | None = None,
        repair: Callable[[Case], Case] = lambda case: case,
        judges_aborts: bool = False,
    ) -> None:
        self.name: Final = name
        self.options: Final = options
        self.engines: Final = tuple(engines)
        self._reference: Final = reference
        extras = extras_of(options.protocol)
        self._generate: Final = generate or partial(case, extras=extras)
        self._repair: Final = repair
        self._judges_aborts: Final = judges_aborts
        """Whether the reference knows which blocks must end; else few may."""
        self._state = lru_cache(_STATES_KEPT)(state_of_case)

    @property
    def counters(self) -> Counters | None:
        """Those of the first engine."""
        return self.engines[0].counters

    def generate(self, source: Source) -> Case:
        """A case of the shared generators."""
        return self._named(self._generate(source))

    def mutate(self, source: Source, parent: Case, donor: Case) -> Case:
        """A changed case."""
        return self._named(mutate_case(source, parent, donor))

    def _named(self, value: Case) -> Case:
        """The case as this target wants it, with the version it is about."""
        value = self._repair(value)
        if self.options.protocol is DEFAULT or value.protocol is not None:
            return value
        return replace(value, protocol=self.options.protocol)

    def weight(self, value: Case) -> int:
        """Bytes of code and data, with something for everything else."""
        return case_weight(value)

    def encode(self, value: Case) -> bytes:
        """The published JSON."""
        return case_to_text(value)

    def decode(self, content: bytes) -> Case:
        """A case; ValueError for what is none."""
        return case_from_text(content)

    def shrink(self, value: Case) -> Iterator[Case]:
        """Cases with less in them."""
        return shrink_case(value)

    def run(self, value: Case) -> Observation:
        """Run all blocks; the first difference ends it."""
        seen = Observation()
        self.run_blocks(value, seen)
        return seen

    def run_blocks(self, value: Case, seen: Observation) -> "list[Step]":
        """Run the blocks one by one; those that succeeded, up to the first that not."""
        state = self._state(replace(value, blocks=(), batches=()))
        done: list[Step] = []
        for index, block in enumerate(value.blocks):
            options = options_of(value, index, self.options)
            step = self._run_block(
                settle(block, state), state, seen, value.preimages, options
            )
            if seen.problem is not None and len(value.blocks) > 1:
                where = f"block {index} {seen.problem.where}".strip()
                seen.problem = replace(seen.problem, where=where)
            if step is None or seen.problem is not None:
                break
            done.append(step)
            state = step.judged.after
        return done

    def _run_block(
        self,
        block: Block,
        state: ChainState,
        seen: Observation,
        decreed: tuple[bytes, ...],
        options: RunOptions,
    ) -> "Step | None":
        """What there is after a successful block; `seen` gets what is wrong."""
        try:
            served = deliver_block(block)
        except CaseError:
            seen.rejected += 1
            return None
        runs = [
            self._run(engine, block, state, served, options) for engine in self.engines
        ]
        first = runs[0]
        receipts = Receipts.of(first.channel.messages)
        seen.semantic |= block_features(block, first.ending, first.channel, receipts)
        _count(seen, first.ending, receipts)
        if block.context.da is DataAvailability.BLOBS:
            seen.work += _WORK_OF_BLOB
        seen.problem = self._problem(runs, state)
        if seen.problem is None:
            seen.problem = self._bad_end(runs, block, decreed)
        judged = None
        if seen.problem is None and first.ending.result is Result.SUCCESS:
            try:
                mixed = options.word() & int(OPTION_PREVRANDAO)
                judged = judge_block(
                    block.context,
                    state,
                    served,
                    first,
                    decreed=decreed,
                    mix_hash=block.context.mix_hash if mixed else MIX_HASH,
                    protocol=options.protocol,
                    hears=not options.word() & int(OPTION_DISABLE_SYSTEM_CONTRACTS),
                )
                judge_run([judged.sealed], first)
            except Misjudged as error:
                seen.problem = error.problem(first.engine)
        compared = len(runs) > 1
        if self._reference is not None and seen.problem is None:
            outcome = outcome_of(first, state, options)
            started = time.process_time()
            judgement = self._reference(block, state, options, outcome)
            seen.peer_seconds += time.process_time() - started
            seen.problem = judgement.problem
            compared = judgement.compared
        seen.compared += compared
        return None if judged is None else Step(block, state, served, first, judged)

    def _run(
        self,
        engine: BlockEngine,
        block: Block,
        state: ChainState,
        served: Sequence[Delivery],
        options: RunOptions,
    ) -> Run:
        honest = HonestOracle(state, block.context, served, options.protocol)
        transcript = Transcript(edited(honest, block.edits))
        channel = QueryChannel(transcript)
        return Run(engine.name, engine.run(channel, options), channel, transcript)

    def _problem(self, runs: Sequence[Run], state: ChainState) -> Problem | None:
        """The first difference of two engines, whatever it is."""
        first = runs[0]
        for other in runs[1:]:
            names = (first.engine, other.engine)
            unlike = first_unlike(first, other)
            if unlike is None:
                continue
            left, right = (
                outcome_of(run, state, self.options) for run in (first, other)
            )
            site = " | ".join(item.reason for item in (left, right) if item.reason)
            found = origin(names, left, right)
            if found is None:
                return Problem(
                    "diverge", names, unlike.layer, unlike.where, site, unlike.values
                )
            return Problem(
                "diverge", names, found.layer, found.where, site, found.values
            )
        return None

    def _bad_end(
        self, runs: Sequence[Run], block: Block, decreed: tuple[bytes, ...]
    ) -> Problem | None:
        """An engine that failed, or refused a block that it should not."""
        if runs[0].channel.fault is not None:
            return None
        for run in runs:
            ending = run.ending
            if ending.result in (Result.CRASH, Result.TIMEOUT):
                return _failure("crash", run)
            if ending.result is Result.SUCCESS or self._judges_aborts or block.edits:
                continue
            asked, quirks = run.transcript.asked, self.options.quirks
            if not declared_abort(ending.reason, block.context, asked, quirks, decreed):
                return _failure("abort", run)
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """A block that succeeded."""

    block: Block
    state: ChainState
    """Before it."""
    served: Sequence[Delivery]
    run: Run
    """On the first engine."""
    judged: Judged


def outcome_of(run: Run, state: ChainState, options: RunOptions) -> Outcome:
    """A run of a block, decoded."""
    return conclude(run.channel, run.ending, state, options)


def deliver_block(block: Block) -> list[Delivery]:
    """The transactions as the guest reads them; raises CaseError."""
    try:
        chain_id = block.context.chain_id
        return [_delivered(item, chain_id) for item in block.transactions]
    except TransactionError as error:
        raise CaseError("case", error.field, error.reason) from error


@lru_cache(_TRANSACTIONS_KEPT)
def _delivered(transaction: Transaction, chain_id: int) -> Delivery:
    return deliver(transaction, chain_id)


def _failure(kind: str, run: Run) -> Problem:
    ending = run.ending
    return Problem(kind, (run.engine,), ending.result.value, "", ending.reason)


def _count(seen: Observation, ending: Ending, receipts: Receipts) -> None:
    if ending.result is Result.SUCCESS:
        seen.included += receipts.included
        seen.reverted += receipts.reverted
        seen.rejected += receipts.rejected
        seen.work += sum(gas for *_, gas in receipts.rows) // _GAS_OF_BYTE
    else:
        seen.rejected += 1
