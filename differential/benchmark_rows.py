"""A row of `zkos bench`: what was measured, and beside whom."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

REPEATS: Final = 5
"""Runs of each of what is compared, taken in turns; the middle one counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours beside one of a peer from the same run."""

    area: str
    work: str
    engine: str
    figures: dict[str, Any] = field(default_factory=dict)
    """By name with unit; None for what the engine does not have."""
    peer: str | None = None
    ratio: float | None = None
    """How many times the peer's, as `ratio_of` says."""
    note: str = ""
    """Why there is no figure or no peer."""

    def to_json(self) -> dict[str, Any]:
        """One object a row; `bench` is the area."""
        row: dict[str, Any] = {"bench": self.area, "work": self.work}
        row |= {"engine": self.engine, "peer": self.peer, "ratio": self.ratio}
        row |= {"figures": self.figures}
        return row | ({"note": self.note} if self.note else {})


def absent(area: str, work: str, engine: str, why: str) -> Row:
    """The row of a peer that cannot be measured here."""
    return Row(area, work, engine, note=why)


def middles(runs: Sequence[Callable[[], object]]) -> list[float]:
    """Seconds of processor time of each, from runs in turns."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(REPEATS):
        for run, seconds in zip(runs, taken, strict=True):
            started = time.process_time()
            run()
            seconds.append(time.process_time() - started)
    return [sorted(seconds)[REPEATS // 2] for seconds in taken]
