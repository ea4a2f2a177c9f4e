"""Cycles of the cases that are shipped, to be compared from night to night."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from differential.benchmarks import cycles
from differential.session import find_cases
from fuzz.shipped import corpora
from fuzz.targets.catalogue import NAMES
from zkos.host.case_errors import CaseError
from zkos.host.profile import Quirks, RunOptions
from zkos.terminal.console import say

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A case now and in the nights before."""

    case: str
    now: int
    last: int | None
    """In the last night that knows the case."""
    least: int | None
    """In all nights."""

    @property
    def growth(self) -> float | None:
        """Share of the last night's cycles that was added."""
        return self.now / self.last - 1 if self.last else None


def fixed_cases(folder: Path | None = None) -> dict[str, Path]:
    """The cases of a folder, by file; of none those that are shipped.

    What fuzz targets keep in folders of their names comes and goes: no fixed cases.
    Raises UserError if there is none.
    """
    place = corpora() if folder is None else folder
    paths = {path.relative_to(place): path for path in find_cases([place])}
    return {str(n): path for n, path in paths.items() if n.parts[0] not in NAMES}


def count_cycles(folder: Path | None = None) -> dict[str, int]:
    """Cycles of fixed cases, as `zkos bench` counts them; a bad case is named."""
    options = RunOptions(quirks=Quirks.UPSTREAM)
    counts = {}
    for name, path in fixed_cases(folder).items():
        try:
            counts[name] = cycles(path, options).figures["cycles"]
        except CaseError as error:
            say(f"zkos: its cycles are not counted: {error}")
    return counts


def changes(now: Counts, nights: Sequence[Mapping[str, Any]]) -> list[Change]:
    """All cases, those that grew most first; nights are rows of the history."""
    found = []
    for case, count in now.items():
        known = [row["cycles"][case] for row in nights if case in row.get("cycles", {})]
        last = known[-1] if known else None
        found.append(Change(case, count, last, min(known, default=None)))
    return sorted(found, key=lambda item: (-(item.growth or 0.0), item.case))
