"""Finds, for the page, the EVM steps around each difference of a run.

Tracing may take long, much memory, or the process with it; then the page says so.
"""

import pickle
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from differential.engines import Engine
from differential.outcome import Outcome, Result
from differential.reports.record import Record, RunRecord
from differential.reports.steps import Around, around
from differential.runners import native, riscv
from differential.trace import TRACERS, tracer_for
from differential.workers import GIGABYTE, Done, Job, Limits, Pool
from zkos.compiler.build import BuildError
from zkos.compiler.errors import CompileError
from zkos.compiler.variant import TRACE
from zkos.host.case import Block
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.host.trace import Step
from zkos.versions import Build

Progress = Callable[[str], None]
MOST_TRACED: Final = 50
"""Differences of a run that are traced; a page of more is read by nobody."""
MOST_WITH_MEMORY: Final = 100_000
"""Steps; a large block has half a million."""
LIMITS: Final = Limits(seconds=180.0, memory_bytes=6 * GIGABYTE)
"""Of tracing one difference."""
MOST_SECONDS: Final = 900.0
"""Of tracing all of them."""


@dataclass(frozen=True, slots=True)
class SplitSearch(Engine):
    """Two engines watched on a block; what was found goes to the file `argument`."""

    pair: tuple[Engine, ...] = ()
    most_with_memory: int = 0
    """Steps up to which memory is compared at each."""

    def run_block(
        self, block: Block, state: ChainState, options: RunOptions
    ) -> Outcome:
        """Find where they part; raises CaseError."""
        steps = self._steps(block, state, options)
        with_memory = max(map(len, steps)) <= self.most_with_memory
        if with_memory:
            steps = self._steps(block, state, replace(options, trace_memory=True))
        found = around(*steps)
        Path(self.argument).write_bytes(pickle.dumps(found))
        notes = [] if found else [_agreement(len(steps[0]))]
        if not with_memory:
            notes.append("Memory was not compared: there are too many steps.")
        return Outcome(Result.SUCCESS, " ".join(notes))

    def _steps(
        self, block: Block, state: ChainState, options: RunOptions
    ) -> list[list[Step]]:
        tracers = [tracer_for(engine) for engine in self.pair]
        return [trace(block, state, options).steps for trace in tracers if trace]


def _agreement(count: int) -> str:
    if not count:
        return "No step of the EVM ran: the difference is in what surrounds it."
    return (
        f"The traces of both engines agree in all {count} steps: the difference is "
        "in nothing that a step shows."
    )


def trace_differences(
    run: RunRecord, jobs: int, progress: Progress = lambda _: None
) -> None:
    """Give each difference the steps around it, or the reason why there are none."""
    traceable: list[tuple[Record, tuple[Engine, ...]]] = []
    for record in run.different():
        pair = run.pair(record)
        reason = _untraceable(pair) or _too_many(len(traceable))
        if reason is None:
            traceable.append((record, pair))
        else:
            record.note = reason
    if not traceable:
        return
    progress(f"tracing {len(traceable)} differences")
    kinds = {engine.kind for _, pair in traceable for engine in pair}
    reason = _build(kinds, Build(run.options.protocol, variant=TRACE), progress)
    for record, _ in traceable:
        record.note = reason or ""
    if reason is None:
        _trace_all(traceable, run.options, jobs)


def _untraceable(pair: Sequence[Engine]) -> str | None:
    names = [engine.name for engine in pair if engine.kind not in TRACERS]
    if not names:
        return None
    known = ", ".join(TRACERS)
    return f"No trace: {' and '.join(names)} cannot be traced, only {known} can."


def _too_many(count: int) -> str | None:
    if count < MOST_TRACED:
        return None
    return f"No trace: only the first {MOST_TRACED} differences of a run are traced."


def _build(kinds: set[str], traced: Build, progress: Progress) -> str | None:
    """Compile the builds that trace; why there are none."""
    try:
        if "native" in kinds:
            native.library(traced, progress)
        if "riscv" in kinds:
            riscv.program(traced, progress)
    except (BuildError, CompileError) as error:
        return f"No trace: the build that traces does not compile: {error}"
    return None


def _trace_all(
    wanted: Sequence[tuple[Record, tuple[Engine, ...]]], options: RunOptions, jobs: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, Pool(jobs, LIMITS) as pool:
        for ticket, (record, pair) in enumerate(wanted):
            file = Path(folder) / str(ticket)
            search = SplitSearch(
                "module",
                str(file),
                "search",
                pair=pair,
                most_with_memory=MOST_WITH_MEMORY,
            )
            record.note = "No trace: there was no time left for it."
            result = record.result
            assert result is not None
            pool.submit(
                Job(ticket, search, result.case, result.index, result.history, options)
            )
        for done in _all(pool):
            record = wanted[done.job.ticket][0]
            record.trace, record.note = _read(done)


def _all(pool: Pool) -> Iterator[Done]:
    """What is ready in time."""
    end = time.monotonic() + MOST_SECONDS
    while pool.pending and time.monotonic() < end:
        yield from pool.results(block=False)


def _read(done: Done) -> tuple[Around | None, str]:
    outcome = done.outcome
    if outcome is None or not outcome.succeeded:
        reason = outcome.reason if outcome else "the case cannot be used"
        return None, f"No trace: tracing did not end well: {reason}."
    found: Around | None = pickle.loads(Path(done.job.engine.argument).read_bytes())
    return found, outcome.reason
