"""Whether two engines differ on a case, as the search asks it.

`compared` runs engines in this process: fast, and fit for engines that do not die.
`isolated` runs them in workers: an engine that dies is a crash like any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from differential.engines import Engine, unsupported
from differential.minimise.search import OpcodeAt, Predicate
from differential.origin import origin
from differential.outcome import Difference, Outcome, Result
from differential.runners.base import (
    Runner,
    options_of,
    state_after,
    state_of_case,
)
from differential.trace import Tracer, tracer_for
from differential.trace_diff import first_split
from differential.workers import Job, Pool
from zkos.host.case import Case
from zkos.host.case_errors import CaseError
from zkos.host.profile import RunOptions

Side: TypeAlias = tuple[str, Runner]
"""Name of an engine and how it runs a block."""
Pair: TypeAlias = tuple[Outcome, Outcome]


def compared(left: Side, right: Side, options: RunOptions) -> Predicate:
    """The difference of two runners of this process."""

    def predicate(case: Case) -> Difference | None:
        return _first((left[0], right[0]), pairs(case))

    def pairs(case: Case) -> Iterator[Pair]:
        state = state_of_case(case)
        for index, block in enumerate(case.blocks):
            asked = options_of(case, index, options)
            one = left[1](block, state, asked)
            yield one, right[1](block, state, asked)
            state = state_after(state, one)

    return predicate


def isolated(left: Engine, right: Engine, options: RunOptions, pool: Pool) -> Predicate:
    """The difference of two engines in worker processes."""

    def predicate(case: Case) -> Difference | None:
        return _first((left.name, right.name), pairs(case))

    def pairs(case: Case) -> Iterator[Pair]:
        history: tuple[Outcome, ...] = ()
        for index in range(len(case.blocks)):
            asked = options_of(case, index, options)
            jobs = [
                Job(ticket, engine, case, index, history, asked)
                for ticket, engine in enumerate((left, right))
            ]
            one, two = _run_jobs(pool, jobs)
            yield one, two
            history = (*history, one)

    return predicate


def _run_jobs(pool: Pool, jobs: Sequence[Job]) -> list[Outcome]:
    for job in jobs:
        pool.submit(job)
    found: dict[int, Outcome] = {}
    while len(found) < len(jobs):
        for done in pool.results():
            if done.fault is not None:
                raise CaseError("case", *done.fault)
            found[done.job.ticket] = done.outcome or Outcome(Result.CRASH)
    return [found[job.ticket] for job in jobs]


def _first(names: tuple[str, str], pairs: Iterator[Pair]) -> Difference | None:
    """The difference of the first block that has one."""
    for one, two in pairs:
        if unsupported(one) is not None or unsupported(two) is not None:
            return None
        found = origin(names, one, two)
        if found is not None:
            return found
        if not one.succeeded or one.detail.diffs is None:
            return None
    return None


def opcode_at(
    left: Tracer, right: Tracer, options: RunOptions, *, memory: bool = True
) -> OpcodeAt:
    """Names the opcode after which the traces of two engines part."""
    options = replace(options, trace_memory=memory)

    def find(case: Case) -> str:
        state = state_of_case(case)
        for index, block in enumerate(case.blocks):
            asked = options_of(case, index, options)
            one = left(block, state, asked)
            two = right(block, state, asked)
            split = first_split(one.steps, two.steps)
            if split is not None:
                return split.opcode
            if not one.outcome.succeeded or one.outcome.detail.diffs is None:
                return ""
            state = state_after(state, one.outcome)
        return ""

    return find


def opcode_for(left: Engine, right: Engine, options: RunOptions) -> OpcodeAt | None:
    """`opcode_at` for two engines, None unless both can be traced."""
    one, two = tracer_for(left), tracer_for(right)
    if one is None or two is None:
        return None
    return opcode_at(one, two, options)
