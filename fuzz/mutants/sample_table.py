"""What became of a sample, by operator and by area."""

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from fuzz.mutants.grounds import Trail
from fuzz.mutants.sample import Sampled
from zkos.terminal import json_text
from zkos.terminal.errors import UserError
from zkos.terminal.files import read_file

_INTRODUCTION: Final = """# Sampled mutants

Every change of one place that a mutation operator makes is a mutant. `zkos mutants
sample --seed SEED` draws some, plants them one by one, in one engine (its peer is the
plain one) or in the source (only others can tell: the host's judge, libraries, py-evm
and EELS, the host that lies, an image), and hunts each for a while. *Refused* ones
break a rule of the language, *equivalent* ones change nothing by a stated rule;
neither counts. Those that survive are classed by what known inputs do with them: the
statement is *not reached*; it is, but memory is the same after the run, *not
infected*; memory differs, but nothing that is said, *not compared*.
"""
_HEAD: Final = (
    *("", "mutants", "refused", "equivalent", "found", "%", "not reached"),
    *("not infected", "not compared", "else"),
)
_CLASSES: Final = ("not reached", "not infected", "not compared")


def read(path: Path) -> list[Sampled]:
    """The rows in a file; raises UserError."""
    try:
        rows = [json_text.parse(line) for line in read_file(path).decode().splitlines()]
        return [Sampled(**{**row, "trail": Trail(**row["trail"])}) for row in rows]
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(
            f"{path}: no results of `zkos mutants sample`: {error}"
        ) from error


def render(rows: Sequence[Sampled]) -> str:
    """The table as Markdown."""
    lines = [_INTRODUCTION]
    for planting in sorted({row.planting for row in rows}):
        chosen = [row for row in rows if row.planting == planting]
        lines += [
            f"## In the {planting}" if planting == "source" else "## In one engine"
        ]
        lines += ["", _summary(chosen), ""]
        lines += _table(chosen, lambda row: row.operator)
        lines += _table(chosen, lambda row: row.area)
        lines += _survivors(chosen)
    return "\n".join(lines) + "\n"


def _summary(rows: Sequence[Sampled]) -> str:
    told = [row for row in rows if row.outcome in ("found", "survived")]
    caught = [row for row in told if row.outcome == "found"]
    share = 100 * len(caught) / max(len(told), 1)
    build = [row.trail.build_seconds for row in told]
    runs = [row.trail.runs for row in caught]
    return (
        f"{len(rows)} mutants, {len(told)} of them faults; {len(caught)} were found "
        f"({share:.1f} %). Median: {_median(build):.2f} s to build, "
        f"{_median(runs):.0f} executions to find."
    )


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


def _table(rows: Sequence[Sampled], key: Callable[[Sampled], str]) -> list[str]:
    lines = [f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    names = sorted({key(row) for row in rows})
    for name in names:
        lines.append(_line(name, [row for row in rows if key(row) == name]))
    return [*lines, _line("all", rows), ""]


def _line(name: str, rows: Sequence[Sampled]) -> str:
    counts = dict.fromkeys(("refused", "equivalent", "found", "survived"), 0)
    for row in rows:
        counts[row.outcome] += 1
    told = counts["found"] + counts["survived"]
    share = f"{100 * counts['found'] / told:.0f}" if told else ""
    alive = [row.trail.survives for row in rows if row.outcome == "survived"]
    classes = [sum(item == kind for item in alive) for kind in _CLASSES]
    cells: Iterable[Any] = (
        *(name, len(rows), counts["refused"], counts["equivalent"], counts["found"]),
        *(share, *classes, len(alive) - sum(classes)),
    )
    return f"| {' | '.join(map(str, cells))} |"


def _survivors(rows: Sequence[Sampled]) -> list[str]:
    alive = [row for row in rows if row.outcome == "survived"]
    lines = [f"{len(alive)} survivors:", ""]
    for row in sorted(alive, key=lambda row: (row.trail.survives, row.module)):
        old, new = (json.dumps(text)[1:-1][:60] for text in (row.old, row.new))
        place = f"{row.module}:{row.line} {row.function}".strip()
        lines.append(
            f"* {row.trail.survives or 'no class'}: {row.operator} in `{place}`: "
            f"`{old}` -> `{new}`"
        )
    return [*lines, ""]
