"""What a report knows of a run: the lines of `--json` and the words of differences."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from differential.compare import failed
from differential.engines import Engine
from differential.expected import load_expected
from differential.explain import explain
from differential.outcome import Difference
from differential.reports.block_tables import Sheet, tables
from differential.reports.steps import Around
from differential.session import BadCase, BlockResult
from zkos.host.context import DataAvailability
from zkos.host.profile import RunOptions
from zkos.terminal.errors import UserError


@dataclass(slots=True)
class Record:
    """A block on all engines."""

    path: Path
    case: str
    block: int | None
    engines: dict[str, dict[str, Any]]
    """As in `--json`."""
    batch: tuple[int, int] | None = None
    """First and last block, where they are run as one batch."""
    explanation: tuple[str, ...] = ()
    """Lines about the difference; empty if there is none."""
    failures: tuple[str, ...] = ()
    """Engines that crashed or took too long, and why."""
    without: dict[str, str] = field(default_factory=dict)
    """Engines that have no answer, and why."""
    theirs: int | None = None
    """Cycles of the published image for this block, where known."""
    difference: Difference | None = None
    result: BlockResult | None = None
    """Of a difference: what it takes to run it again."""
    trace: Around | None = None
    note: str = "Not traced."
    """Of a difference: why there is no trace, or what it lacks."""
    tables: tuple[Sheet, ...] = ()
    """What the block did, where that is wanted."""

    @property
    def name(self) -> str:
        """Case and, in a chain, block."""
        if self.batch is not None:
            return f"{self.case} [batch]"
        return self.case if self.block is None else f"{self.case} [{self.block}]"

    @property
    def seconds(self) -> float:
        """Time all engines took."""
        return sum(float(item.get("seconds", 0)) for item in self.engines.values())


@dataclass(slots=True)
class RunRecord:
    """A whole run."""

    title: str
    """The command."""
    asked: Sequence[Engine] = ()
    """The engines of the run."""
    options: RunOptions = field(default_factory=RunOptions)
    began: float = field(default_factory=time.time)
    records: list[Record] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    """Cases that could not be used."""
    most_shown: int = 0
    """Of so many blocks, the first, it is told what they did."""

    def add(self, result: BlockResult | BadCase) -> None:
        """Take a result of a session."""
        if isinstance(result, BadCase):
            self.bad.append(result.reason)
        else:
            record = _record(result)
            if len(self.records) < self.most_shown:
                record.tables = tuple(tables(result))
            self.records.append(record)

    def engines(self) -> list[str]:
        """Names of all engines, in order of appearance."""
        return _unique(
            name
            for record in self.records
            for name in (*record.engines, *record.without)
        )

    def different(self) -> list[Record]:
        """The blocks on which engines disagree."""
        return [record for record in self.records if record.difference is not None]

    def pair(self, record: Record) -> tuple[Engine, ...]:
        """The two engines that disagree about a block."""
        named = {engine.name: engine for engine in self.asked}
        assert record.difference is not None
        return tuple(named[name] for name in record.difference.engines)


def _record(result: BlockResult) -> Record:
    outcome = result.outcome
    difference = outcome.difference
    lines: list[str] = []
    sides = outcome.sides()
    if difference is not None and sides is not None:
        lines = explain(*sides, difference)
    return Record(
        path=result.path,
        case=outcome.case,
        block=outcome.block,
        engines=outcome.to_json()["engines"],
        batch=outcome.batch,
        explanation=tuple(lines),
        failures=tuple(
            f"{name}: {item.result.value}: {item.reason}"
            for name, item in outcome.engines.items()
            if failed(item)
        ),
        without=result.without,
        theirs=None if outcome.batch else _published(result),
        difference=difference,
        result=None if difference is None else result,
    )


def published_cycles(case: Path, da: DataAvailability, block: int) -> int | None:
    """Cycles in the file of expected results beside a case, if there is one."""
    stem, _, suffix = case.name.partition(".")
    path = case.with_name(f"{stem}.expected.{suffix}")
    if not path.is_file():
        return None
    try:
        outcomes = load_expected(path, da)
    except (UserError, ValueError, LookupError, TypeError, AttributeError):
        return None  # a figure beside the run: what is no such file says nothing
    return outcomes[block].cycles if block < len(outcomes) else None


def _published(result: BlockResult) -> int | None:
    da = result.case.blocks[result.index].context.da
    return published_cycles(result.path, da, result.index)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
