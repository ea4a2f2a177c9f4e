"""Cycles of the repository's own cases, to be compared from night to night."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from differential.benchmarks import cycles
from differential.session import find_cases
from fuzz.targets.catalogue import NAMES
from zkos.host.profile import Quirks, RunOptions

CORPORA: Final = Path(__file__).resolve().parents[2] / "corpora"
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


def count_cycles(folder: Path = CORPORA) -> dict[str, int]:
    """Cycles of all cases of a folder, by file; as `zkos bench` counts them.

    What fuzz targets keep in folders of their names comes and goes: no fixed cases.
    """
    options = RunOptions(quirks=Quirks.UPSTREAM)
    counts = {}
    for path in find_cases([folder]):
        name = path.relative_to(folder)
        if name.parts[0] not in NAMES:
            counts[str(name)] = cycles(path, options)["ours"]
    return counts


def changes(now: Counts, nights: Sequence[Mapping[str, Any]]) -> list[Change]:
    """All cases, those that grew most first; nights are rows of the history."""
    found = []
    for case, count in now.items():
        known = [row["cycles"][case] for row in nights if case in row.get("cycles", {})]
        last = known[-1] if known else None
        found.append(Change(case, count, last, min(known, default=None)))
    return sorted(found, key=lambda item: (-(item.growth or 0.0), item.case))
