"""Blocks on several engines of ours at once: the fast path of campaigns.

What engines share is made once: encoded transactions, the state, its proofs. Their
reports are compared as they came; they are decoded only where they differ, where a
chain goes on, and for the few words that say what became of a transaction.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from differential.origin import origin
from differential.outcome import Outcome, Result
from differential.runners.base import Ending, conclude, state_after, state_of_case
from fuzz.coverage.counters import Counters
from fuzz.coverage.target import Observation, Problem
from fuzz.mutation.cases import mutate_case
from fuzz.mutation.shrink import shrink_case
from fuzz.mutation.text import case_from_text, case_to_text, case_weight
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.block_engines import BlockEngine, coverage_engine, riscv_engine
from fuzz.targets.block_features import (
    Receipts,
    block_features,
    declared_abort,
    has_decree,
)
from zkos.host.case import Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.channel import QueryChannel
from zkos.host.edits import edited
from zkos.host.oracle import HonestOracle
from zkos.host.profile import Profile, Quirks, RunOptions
from zkos.host.raw_transaction import encode
from zkos.host.state import ChainState
from zkos.host.transactions import Transaction, TransactionError

_STATES_KEPT: Final = 64
_TRANSACTIONS_KEPT: Final = 4096
_GAS_OF_BYTE: Final = 100
"""Gas that is as dear to a campaign as a byte of input."""
OPTIONS: Final = RunOptions()
Run = tuple[Ending, QueryChannel]


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
        repair: Callable[[Case], Case] = lambda case: case,
        judges_aborts: bool = False,
    ) -> None:
        self.name: Final = name
        self.options: Final = options
        self._engines: Final = tuple(engines)
        self._reference: Final = reference
        self._repair: Final = repair
        self._judges_aborts: Final = judges_aborts
        """Whether the reference knows which blocks must end; else few may."""
        self._state = lru_cache(_STATES_KEPT)(_make_state)

    @property
    def counters(self) -> Counters | None:
        """Those of the first engine."""
        return self._engines[0].counters

    def generate(self, source: Source) -> Case:
        """A case of the shared generators."""
        from fuzz.strategies.cases import case

        return self._repair(case(source))

    def mutate(self, source: Source, parent: Case, donor: Case) -> Case:
        """A changed case."""
        return self._repair(mutate_case(source, parent, donor))

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
        state = self._state(
            value.accounts, value.sequence, value.leaves, value.preimages
        )
        decreed = False
        for index, block in enumerate(value.blocks):
            decreed = decreed or has_decree(block)
            last = block is value.blocks[-1]
            after = self._run_block(block, state, seen, last=last, decreed=decreed)
            if seen.problem is not None or after is None:
                if seen.problem is not None and len(value.blocks) > 1:
                    seen.problem = _in_block(seen.problem, index)
                break
            state = after
        return seen

    def _run_block(
        self,
        block: Block,
        state: ChainState,
        seen: Observation,
        *,
        last: bool,
        decreed: bool,
    ) -> ChainState | None:
        """The state after a block, None if there is none or nobody needs it."""
        try:
            encoded = encode_transactions(block)
        except CaseError:
            seen.rejected += 1
            return None
        runs: list[Run] = []
        for engine in self._engines:
            honest = HonestOracle(state, block.context, encoded)
            channel = QueryChannel(edited(honest, block.edits))
            runs.append((engine.run(channel, self.options), channel))
        ending, channel = runs[0]
        receipts = Receipts.of(channel.messages)
        seen.semantic |= block_features(block, ending, channel, receipts)
        _count(seen, ending, receipts)

        def may_end(reason: str) -> bool:
            if self._judges_aborts or block.edits:
                return True
            quirks = self.options.quirks
            return declared_abort(reason, encoded, quirks, decreed=decreed)

        seen.problem = self._problem(runs, state, may_end)
        compared = len(runs) > 1
        if self._reference is not None and seen.problem is None:
            outcome = self._outcome(runs[0], state)
            started = time.process_time()
            judgement = self._reference(block, state, self.options, outcome)
            seen.peer_seconds += time.process_time() - started
            seen.problem = judgement.problem
            compared = judgement.compared
        seen.compared += compared
        if last or seen.problem is not None or ending.result is not Result.SUCCESS:
            return None
        return self._proceed(runs[0], state, seen)

    def _problem(
        self, runs: Sequence[Run], state: ChainState, may_end: Callable[[str], bool]
    ) -> Problem | None:
        """What is wrong; `may_end` says for which reasons a block may abort."""
        names = [engine.name for engine in self._engines]
        first = runs[0]
        for name, other in zip(names[1:], runs[1:], strict=True):
            if not _same(first, other):
                pair = (names[0], name)
                found = self._difference(pair, first, other, state)
                if found is not None:
                    return found
        if first[1].fault is not None:
            return None
        for name, (ending, _) in zip(names, runs, strict=True):
            if ending.result in (Result.CRASH, Result.TIMEOUT):
                return _failure("crash", name, ending)
            if ending.result is Result.ABORT and not may_end(ending.reason):
                return _failure("abort", name, ending)
        return None

    def _proceed(
        self, run: Run, state: ChainState, seen: Observation
    ) -> ChainState | None:
        """Write the block to the state; a root unlike the reported is a crash."""
        outcome = self._outcome(run, state)
        after = state_after(state, outcome)
        if int.from_bytes(after.tree.root(), "big") != outcome.state_root:
            seen.problem = Problem(
                "crash", (self._engines[0].name,), "state_root", "after the block"
            )
            return None
        return after

    def _difference(
        self, names: tuple[str, str], one: Run, two: Run, state: ChainState
    ) -> Problem | None:
        left, right = self._outcome(one, state), self._outcome(two, state)
        found = origin(names, left, right)
        if found is None:
            if left.succeeded or one[0].result is not two[0].result:
                return None
            return _unlike_ends(names, one, two)
        site = " | ".join(item.reason for item in (left, right) if item.reason)
        return Problem("diverge", names, found.layer, found.where, site, found.values)

    def _outcome(self, run: Run, state: ChainState) -> Outcome:
        ending, channel = run
        return conclude(channel, ending, state, self.options)


def block_native() -> BlockTarget:
    """The compiled OS alone: no aborts, no crashes, roots that hold."""
    return BlockTarget("block_native", [coverage_engine()])


def block_differential() -> BlockTarget:
    """The compiled OS against its RISC-V image."""
    return _differential("block_differential", OPTIONS)


def block_upstream() -> BlockTarget:
    """The same with upstream's faults reproduced."""
    return _differential("block_upstream", RunOptions(quirks=Quirks.UPSTREAM))


def block_server() -> BlockTarget:
    """The same with unlimited native resource and a batch's public input."""
    return _differential("block_server", RunOptions(profile=Profile.SERVER))


def block_replay() -> BlockTarget:
    """The same without system contracts."""
    return _differential("block_replay", RunOptions(profile=Profile.REPLAY))


def _differential(name: str, options: RunOptions) -> BlockTarget:
    return BlockTarget(name, [coverage_engine(), riscv_engine()], options)


def encode_transactions(block: Block) -> list[bytes]:
    """The transactions as the bootloader reads them; raises CaseError."""
    try:
        chain_id = block.context.chain_id
        return [_encoded(item, chain_id) for item in block.transactions]
    except TransactionError as error:
        raise CaseError("case", error.field, error.reason) from error


@lru_cache(_TRANSACTIONS_KEPT)
def _encoded(transaction: Transaction, chain_id: int) -> bytes:
    return encode(transaction, chain_id)


def _make_state(
    accounts: tuple[object, ...],
    sequence: tuple[object, ...],
    leaves: tuple[object, ...],
    preimages: tuple[bytes, ...],
) -> ChainState:
    case = Case((), accounts, sequence, leaves, preimages)  # type: ignore[arg-type]
    return state_of_case(case)


def _same(one: Run, two: Run) -> bool:
    """Whether two runs are alike in everything that was said."""
    (left, x), (right, y) = one, two
    return (
        left.result is right.result
        and left.public_input == right.public_input
        and left.words_read == right.words_read
        and x.words_written == y.words_written
        and x.queries == y.queries
        and x.messages == y.messages
        and x.fault == y.fault
    )


def _unlike_ends(names: tuple[str, str], one: Run, two: Run) -> Problem | None:
    """Both refuse; whether after different conversations."""
    if one[1].queries == two[1].queries and one[1].fault == two[1].fault:
        return None
    values = (str(dict(one[1].queries)), str(dict(two[1].queries)))
    site = f"{one[0].reason} | {two[0].reason}"
    return Problem("diverge", names, "queries", "before the end", site, values)


def _failure(kind: str, name: str, ending: Ending) -> Problem:
    result = ending.result.value
    return Problem(kind, (name,), result, "", ending.reason, (ending.reason,))


def _in_block(problem: Problem, index: int) -> Problem:
    where = f"block {index} {problem.where}".strip()
    return Problem(
        problem.kind,
        problem.engines,
        problem.layer,
        where,
        problem.site,
        problem.values,
    )


def _count(seen: Observation, ending: Ending, receipts: "Receipts") -> None:
    if ending.result is Result.SUCCESS:
        seen.included += receipts.included
        seen.reverted += receipts.reverted
        seen.rejected += receipts.rejected
        seen.work += sum(gas for *_, gas in receipts.rows) // _GAS_OF_BYTE
    else:
        seen.rejected += 1


if __name__ == "__main__":
    main("block_differential")
