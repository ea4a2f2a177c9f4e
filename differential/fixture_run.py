"""One fixture on all engines: ours against each other, a reference and the suite."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from differential.compare import first_difference
from differential.engines import Engine
from differential.evm_compare import (
    REFERENCES,
    compare_with_ethereum,
    compare_with_suite,
    judge,
)
from differential.fixture_results import CaseResult, Verdict
from differential.importers.fixtures import Fixture
from differential.known import NOT_RUN
from differential.outcome import Difference, Outcome, Result
from differential.own_engine import describe_exception
from differential.reference_cache import ReferenceCache
from differential.runners.base import state_after, state_of_case
from zkos.host.case import Block
from zkos.host.case_errors import CaseError
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

T = TypeVar("T")
_SECONDS_BETWEEN_RINGS: Final = 1.0
OURS: Final = "ours"
"""All engines of ours, once they agree."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What running a fixture needs besides the fixture."""

    engines: tuple[Engine, ...]
    options: RunOptions
    time_limit: float
    """Seconds for one engine on one block."""
    cache: ReferenceCache | None = None


class OutOfTime(BaseException):
    """An engine took too long; nothing in it may catch this."""


class Ended(Exception):
    """The case is decided: nothing after it needs to run."""

    def __init__(
        self, verdict: Verdict, reason: str = "", difference: Difference | None = None
    ) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason
        self.difference = difference


def run_fixture(fixture: Fixture, setup: Setup) -> CaseResult:
    """Run a case on all engines and compare."""
    missing = sorted(NOT_RUN.intersection(fixture.declared))
    if missing:
        declared = dict.fromkeys(missing, 1)
        reason = ", ".join(missing)
        return CaseResult(fixture.name, Verdict.NOT_RUN, reason, declared=declared)
    run = _FixtureRun(fixture, setup)
    try:
        run.run()
    except Ended as end:
        return replace(
            run.result,
            verdict=end.verdict,
            reason=end.reason,
            difference=end.difference,
        )
    except CaseError as error:
        verdict = Verdict.REFUSED if fixture.exception else Verdict.BAD_FILE
        return replace(run.result, verdict=verdict, reason=str(error))
    return run.result


class _FixtureRun:
    """A case in work: `result` holds what fired and the times so far."""

    def __init__(self, fixture: Fixture, setup: Setup) -> None:
        self.fixture = fixture
        self.setup = setup
        kinds = [(item, item.kind in REFERENCES) for item in setup.engines]
        self.ours = [engine for engine, is_reference in kinds if not is_reference]
        self.references = [engine for engine, is_reference in kinds if is_reference]
        declared = dict.fromkeys(fixture.declared, 1)
        self.result = CaseResult(fixture.name, Verdict.SAME, declared=declared)

    def run(self) -> None:
        """All blocks in a row. Raises Ended and CaseError."""
        case = self.fixture.case
        state = state_of_case(case)
        for index, block in enumerate(case.blocks):
            outcome = self._run_ours(block, state)
            self._compare_with_references(block, state, outcome)
            if outcome is None:
                return
            difference = compare_with_suite(self.fixture, outcome, self.result.declared)
            if difference is not None:
                raise Ended(Verdict.DIFFERENT, difference=difference)
            if index + 1 < len(case.blocks):
                state = state_after(state, outcome)

    def _run_ours(self, block: Block, state: ChainState) -> Outcome | None:
        outcomes: dict[str, Outcome] = {}
        for engine in self.ours:

            def run(engine: Engine = engine) -> Outcome:
                return engine.run_block(block, state, self.setup.options)

            outcome = self._timed(engine.name, run)
            if outcome.result in (Result.CRASH, Result.TIMEOUT):
                raise Ended(Verdict.FAILED, f"{engine.name}: {outcome.reason}")
            outcomes[engine.name] = outcome
        difference = first_difference(outcomes)
        if difference is not None:
            raise Ended(Verdict.DIFFERENT, difference=difference)
        return next(iter(outcomes.values()), None)

    def _compare_with_references(
        self, block: Block, state: ChainState, ours: Outcome | None
    ) -> None:
        """Ask the references; of three engines, the one that is alone is named."""
        outcomes = {} if ours is None else {OURS: ours}
        for engine in self.references:
            outcomes[engine.name] = self._ask(engine, block, state, ours)
        judgement = judge(outcomes)
        if judgement is not None:
            alone = judgement.alone
            reason = f"{alone} is alone" if alone else ""
            raise Ended(Verdict.DIFFERENT, reason, judgement.difference)

    def _ask(
        self, engine: Engine, block: Block, state: ChainState, ours: Outcome | None
    ) -> Outcome:
        compared = self._timed(
            engine.name,
            lambda: compare_with_ethereum(
                block,
                state,
                self.setup.options,
                ours,
                engine=engine.kind,
                cache=self.setup.cache,
                excess_blob_gas=self.fixture.excess_blob_gas,
            ),
        )
        if not compared.reference.succeeded:
            reason = f"{engine.name}: {compared.reference.reason}"
            raise Ended(Verdict.FAILED, reason)
        counts = self.result.declared
        for name, times in compared.declared.items():
            counts[name] = counts.get(name, 0) + times
        return compared.reference

    def _timed(self, name: str, run: Callable[[], T]) -> T:
        started = time.perf_counter()
        try:
            with time_limit(self.setup.time_limit), redirect_stdout(sys.stderr):
                return run()
        except OutOfTime as error:
            limit = self.setup.time_limit
            reason = f"{name}: timeout after {limit:g} s"
            raise Ended(Verdict.FAILED, reason) from error
        except (CaseError, Ended):
            raise
        except Exception as error:
            reason = f"{name}: {describe_exception(error)}"
            raise Ended(Verdict.FAILED, reason) from error
        finally:
            seconds = self.result.seconds
            spent = time.perf_counter() - started
            seconds[name] = round(seconds.get(name, 0.0) + spent, 6)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the body when it takes longer; in a main thread only.

    Where Python ignores what is raised (callbacks of C, finalisers) it is raised again,
    at the latest after the body, whose result means nothing then.
    """
    rang = False

    def ring(*_: object) -> None:
        nonlocal rang
        rang = True
        raise OutOfTime

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _SECONDS_BETWEEN_RINGS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    if rang:
        raise OutOfTime
