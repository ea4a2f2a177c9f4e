"""Many cases on several engines: what `run`, `diff` and the pytest plugin do.

Each block of a case goes to every engine; when all have answered, the answers are
compared and the next block of a chain starts on the state the first engine left.
Results come in the order in which they are ready.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

from differential.case_outcome import CaseOutcome
from differential.compare import failed, first_difference
from differential.engines import Engine, unsupported
from differential.expectations import expectation, first_unexpected
from differential.outcome import Outcome, Result
from differential.runners.base import options_of, state_after, state_of_case
from differential.workers import Done, Job, Limits, Pool
from zkos.cases.loading import load_case
from zkos.host.case import Case
from zkos.host.case_errors import CaseError
from zkos.host.expected import Batch
from zkos.host.profile import Profile, RunOptions
from zkos.host.state import ChainState

CASE_SUFFIXES: Final = (".json", ".json.gz", ".yaml", ".yml")
_OTHERS: Final = (
    "expected.json",
    "expected.json.gz",
    ".blocks.json",
    ".blocks.json.gz",
)
"""Results that cases should have, and blocks of Ethereum."""


@dataclass(frozen=True, slots=True)
class BadCase:
    """A file that is no usable case; the text is one line."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class BlockResult:
    """A block of a case on all engines, or all its blocks as one batch."""

    path: Path
    case: Case
    index: int
    outcome: CaseOutcome
    history: tuple[Outcome, ...]
    """Of the blocks before; what makes the state it ran on."""
    without: dict[str, str] = field(default_factory=dict)
    """Engines that have no answer to it, and why."""

    def idle_edits(self) -> list[int]:
        """Answers that the case edits and that no engine asked for."""
        asked = [
            sum(outcome.detail.queries.values())
            for outcome in self.outcome.engines.values()
            if outcome.detail.queries is not None
        ]
        edited = {edit.answer for edit in self.case.blocks[self.index].edits}
        return sorted(edited - set(range(max(asked)))) if asked else []

    def state_before(self) -> ChainState:
        """The state the block ran on."""
        return _state(self.case, self.history)


SessionResult: TypeAlias = BlockResult | BadCase


@dataclass(slots=True)
class _Open:
    """A block that some engines have not answered yet."""

    path: Path
    case: Case
    index: int = 0
    history: tuple[Outcome, ...] = ()
    batch: Batch | None = None
    """Blocks at once."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    fault: tuple[str, str] | None = None


def find_cases(places: Sequence[Path]) -> list[Path]:
    """The case files of files and folders, in order; raises CaseError.

    Files of expected results and of Ethereum's blocks beside cases are passed over.
    """
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            files = sorted(path for path in place.rglob("*") if is_case_name(path))
            if not files:
                raise CaseError(str(place), "", "the folder holds no case")
            found.extend(files)
        else:
            found.append(place)
    return found


def is_case_name(path: Path) -> bool:
    """Whether a file found in a folder is meant as a case."""
    name = path.name
    return name.endswith(CASE_SUFFIXES) and not name.endswith(_OTHERS)


class Session:
    """Engines, options and limits to run cases with."""

    def __init__(
        self,
        engines: Sequence[Engine],
        options: RunOptions,
        limits: Limits,
        jobs: int = 1,
        *,
        batch: bool = False,
    ) -> None:
        """With `batch` the blocks of every case are one batch, too."""
        self._engines = list(engines)
        self._options = options
        self._jobs = jobs
        self._batch = batch
        self._pool = Pool(jobs, limits)
        self._open: dict[int, _Open] = {}
        self._tickets = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the engines."""
        self._pool.close()

    def run(self, paths: Sequence[Path]) -> Iterator[SessionResult]:
        """Results of all cases, one a block; a bad case does not end it.

        Where the blocks are a batch, its result follows.
        """
        waiting = list(reversed(paths))
        while waiting or self._open:
            while waiting and self._pool.pending < 2 * self._jobs:
                path = waiting.pop()
                try:
                    self._start(_Open(path, load_case(path)))
                except CaseError as error:
                    yield BadCase(path, str(error))
            for done in self._pool.results():
                yield from self._take(done)

    def _start(self, block: _Open) -> None:
        self._tickets += 1
        options = self._options_of(block)
        self._open[self._tickets] = block
        for engine in self._engines:
            job = Job(
                self._tickets,
                engine,
                block.case,
                block.index,
                block.history,
                options,
                block.batch,
            )
            self._pool.submit(job)

    def _options_of(self, block: _Open) -> RunOptions:
        index = block.index if block.batch is None else block.batch.first
        return options_of(block.case, index, self._options)

    def _batches(self, case: Case, index: int) -> list[Batch]:
        """The batches that end with a block."""
        last = len(case.blocks) - 1
        whole = Batch(0, last) if self._batch or case.batch else None
        batches = [batch for batch in (whole, *case.batches) if batch is not None]
        return [batch for batch in batches if batch.last == index]

    def _take(self, done: Done) -> Iterator[SessionResult]:
        block = self._open[done.job.ticket]
        # A bad case is bad on every engine: the outcome only fills the place.
        block.fault = done.fault or block.fault
        block.outcomes[done.job.engine.name] = done.outcome or Outcome(Result.CRASH)
        if len(block.outcomes) < len(self._engines):
            return
        del self._open[done.job.ticket]
        if block.fault is not None:
            yield BadCase(block.path, str(CaseError(str(block.path), *block.fault)))
            return
        yield from self._finish(block)

    def _finish(self, block: _Open) -> Iterator[SessionResult]:
        names = [engine.name for engine in self._engines]
        outcomes = {name: block.outcomes[name] for name in names}
        if block.batch is not None:
            yield self._result(block, outcomes)
            return
        for batch in self._batches(block.case, block.index):
            self._start(
                _Open(block.path, block.case, block.index, block.history, batch)
            )
        teller = next((name for name in names if _tells_state(outcomes[name])), None)
        if block.index + 1 == len(block.case.blocks):
            yield self._result(block, outcomes)
            return
        if teller is None:
            yield self._result(block, outcomes)
            return
        history = (*block.history, outcomes[teller])
        fault = _unlike_state(block.case, history)
        if fault is not None:
            crash = replace(outcomes[teller], result=Result.CRASH, reason=fault)
            yield self._result(block, {**outcomes, teller: crash})
            return
        yield self._result(block, outcomes)
        self._start(_Open(block.path, block.case, block.index + 1, history))

    def _result(self, block: _Open, outcomes: dict[str, Outcome]) -> BlockResult:
        reasons = {name: unsupported(item) for name, item in outcomes.items()}
        without = {name: why for name, why in reasons.items() if why is not None}
        asked = {name: outcomes[name] for name in outcomes if name not in without}
        answers = {name: item for name, item in asked.items() if not failed(item)}
        difference = first_difference(answers) if answers else None
        wanted = None
        if difference is None:
            expected = expectation(block.case, block.index, block.batch)
            unexpected = first_unexpected(expected, self._of_production(answers))
            if unexpected is not None:
                difference, wanted = unexpected
        batch = block.batch
        outcome = CaseOutcome(
            case=str(block.path),
            protocol=self._options_of(block).protocol.value,
            quirks=self._options.quirks.value,
            engines=asked,
            difference=difference,
            block=block.index if len(block.case.blocks) > 1 else None,
            batch=None if batch is None else (batch.first, batch.last),
            expected=wanted,
        )
        return BlockResult(
            block.path, block.case, block.index, outcome, block.history, without
        )

    def _of_production(self, answers: dict[str, Outcome]) -> dict[str, Outcome]:
        """Those of engines that run what chains run: cases expect no other answers."""
        profiles = {
            engine.name: engine.options(self._options).profile
            for engine in self._engines
        }
        return {
            name: outcome
            for name, outcome in answers.items()
            if profiles[name] is Profile.PRODUCTION
        }


def _tells_state(outcome: Outcome) -> bool:
    """Whether `state_after` can follow it."""
    detail = outcome.detail
    known = (detail.diffs, detail.new_preimages, outcome.block_hash, outcome.pubdata)
    return outcome.succeeded and None not in known


def _unlike_state(case: Case, history: tuple[Outcome, ...]) -> str | None:
    """Why the last outcome's root is not that of the diffs it reports, or None."""
    root = int.from_bytes(_state(case, history).tree.root(), "big")
    if root == history[-1].state_root:
        return None
    return f"the reported diffs give the root {root:#066x}"


def _state(case: Case, history: tuple[Outcome, ...]) -> ChainState:
    state = state_of_case(case)
    for outcome in history:
        state = state_after(state, outcome)
    return state
