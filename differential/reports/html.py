"""A run as one page of HTML that needs nothing else."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from statistics import median
from typing import Final

from differential.engines import Engine, kind_of
from differential.outcome import Result
from differential.reports import charts
from differential.reports.page import render
from differential.reports.record import Record, RunRecord
from differential.reports.replay import diff_command, trace_command
from differential.reports.versions import versions
from differential.trace import TRACERS
from zkos.terminal.text import visible

MOST_BARS: Final = 30
"""Blocks with bars; the slowest ones."""
_MACHINES: Final = ("riscv", "image")
"""Engines of which oracle words can be compared one by one."""


@dataclass(frozen=True, slots=True)
class EngineRow:
    """What became of an engine in a run."""

    name: str
    what: str
    answers: int
    failed: int
    without: int
    """Blocks it has no answer to."""
    total: float
    median: float
    slowest: float


@dataclass(frozen=True, slots=True)
class CyclesRow:
    """A block on our image and on another."""

    name: str
    ours: int
    theirs: int | None
    source: str
    """Where theirs come from."""

    @property
    def ratio(self) -> float | None:
        """Ours for each of theirs."""
        return self.ours / self.theirs if self.theirs else None


def html(run: RunRecord) -> str:
    """The page."""
    # Results come in the order in which they are ready: not the same twice.
    order = sorted(run.records, key=lambda record: (record.case, record.block or 0))
    run = replace(run, records=order)
    slowest = sorted(run.records, key=lambda record: -record.seconds)[:MOST_BARS]
    times = {name: _times(run.records, name) for name in run.engines()}
    timed = [name for name, values in times.items() if any(values)]
    cycles = list(_cycles(run))
    return render(
        "run.html",
        run=run,
        began=time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(run.began)),
        options=_options(run),
        versions=versions(run.asked),
        engines=[_engine_row(run, name) for name in run.engines()],
        names=run.engines(),
        different=run.different(),
        failed=[record for record in run.records if record.failures],
        replay=lambda record: _replay(run, record),
        retrace=lambda record: _retrace(run, record),
        words=_words,
        distribution=charts.histogram(
            "Blocks by time", {name: times[name] for name in timed}
        ),
        slowest=charts.bars(
            "The slowest blocks",
            _short([visible(record.name) for record in slowest]),
            {name: _times(slowest, name) for name in timed},
        ),
        slowest_count=len(slowest),
        shown=[record for record in run.records if record.tables],
        cycles=cycles,
        sums=_sums(cycles),
    )


def _options(run: RunRecord) -> list[tuple[str, str]]:
    options = run.options
    precompiles = "installed" if options.extra_precompiles else "absent"
    return [
        ("profile", options.profile.value),
        ("quirks", options.quirks.value),
        ("mode", options.mode.value),
        ("BLAKE2F and point evaluation", precompiles),
    ]


def _engine_row(run: RunRecord, name: str) -> EngineRow:
    found = [record.engines[name] for record in run.records if name in record.engines]
    lost = (Result.CRASH.value, Result.TIMEOUT.value)
    bad = sum(item["outcome"] in lost for item in found)
    times = [time for time in _times(run.records, name) if time]
    return EngineRow(
        name,
        _what(next((engine for engine in run.asked if engine.name == name), None)),
        answers=len(found) - bad,
        failed=bad,
        without=sum(name in record.without for record in run.records),
        total=sum(times),
        median=median(times) if times else 0.0,
        slowest=max(times, default=0.0),
    )


def _what(engine: Engine | None) -> str:
    if engine is None:
        return ""
    words = [kind_of(engine.kind).summary]
    words += [setting.value for setting in engine.settings]
    return ", ".join((*words, engine.argument) if engine.argument else words)


def _times(records: list[Record], name: str) -> list[float]:
    """Seconds of an engine on each block; 0 where it has none."""
    return [record.engines.get(name, {}).get("seconds", 0.0) for record in records]


def _short(names: list[str]) -> list[str]:
    """Names without the folder all of them share."""
    folders = [name.split("/")[:-1] for name in names]
    shared = 0
    if len(names) > 1:
        for alike in zip(*folders, strict=False):
            if len(set(alike)) > 1:
                break
            shared += 1
    return ["/".join(name.split("/")[shared:]) for name in names]


def _cycles(run: RunRecord) -> Iterator[CyclesRow]:
    ours = [engine.name for engine in run.asked if engine.kind == "riscv"]
    others = [engine for engine in run.asked if engine.kind == "image"]
    for record in run.records:
        mine = next(filter(None, (_count(record, name) for name in ours)), None)
        if mine is None:
            continue
        theirs, source = record.theirs, "expected results beside the case"
        for engine in others:
            counted = _count(record, engine.name)
            if counted is not None:
                theirs, source = counted, PurePath(engine.argument).name
                break
        yield CyclesRow(record.name, mine, theirs, source if theirs else "")


def _count(record: Record, name: str) -> int | None:
    count: int | None = record.engines.get(name, {}).get("cycles")
    return count


def _sums(rows: list[CyclesRow]) -> CyclesRow | None:
    """All blocks together of which both are known."""
    known = [row for row in rows if row.theirs]
    if len(known) < 2:
        return None
    theirs = sum(row.theirs or 0 for row in known)
    return CyclesRow("together", sum(row.ours for row in known), theirs, "")


def _replay(run: RunRecord, record: Record) -> str:
    """What shows the difference, or the failure, of a block again."""
    engines = run.asked
    if record.difference is not None:
        engines = run.pair(record)
    return diff_command(record.path, engines, run.options)


def _retrace(run: RunRecord, record: Record) -> str | None:
    """What shows the place where two engines part, if anything does."""
    pair = run.pair(record)
    steps = all(engine.kind in TRACERS for engine in pair)
    oracle_words = all(engine.kind in _MACHINES for engine in pair)
    if not steps and not oracle_words:
        return None
    return trace_command(record.path, record.block, pair, run.options)


def _words(record: Record) -> tuple[str, str]:
    """The explanation: the first difference, and what else is different."""
    lines = record.explanation
    rest = [line.startswith("also") for line in (*lines, "also")].index(True)
    return "\n".join(lines[:rest]), "\n".join(lines[rest:])
