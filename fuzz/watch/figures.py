"""The figures of a campaign at a moment, read from its folder and nothing else."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.finding import DamagedFinding, Finding
from fuzz.campaign.folder import Folder
from fuzz.campaign.roster import read_roster, state_of
from fuzz.campaign.slot import Progress, Slot
from fuzz.campaign.summary import Summary, summarise_slots

_FRESH_SECONDS: Final = 0.5
"""Figures are read no more often than that, however many look."""
_ALIVE_SECONDS: Final = 20.0
"""A campaign whose roster is older does not run."""
FINDING_PAGE: Final = "index.html"


@dataclass(slots=True)
class Watched:
    """A campaign's folder, and what is remembered of it between two looks."""

    folder: Folder
    findings: list[Finding] = field(default_factory=list)
    """In the order they were seen; it only grows."""
    _names: set[str] = field(default_factory=set)
    _stamp: int = 0
    _read: float = 0.0
    _figures: dict[str, Any] = field(default_factory=dict)
    _rates: dict[str, tuple[float, int, float]] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """All figures, as JSON holds them. Raises FolderError."""
        if not self._figures or time.monotonic() - self._read > _FRESH_SECONDS:
            self._read = time.monotonic()
            self._look()
            self._figures = self._make()
        return self._figures

    def rows(self, after: int, most: int = 500) -> list[dict[str, Any]]:
        """Findings from the one of this number on."""
        return [self._row(n, f) for n, f in self._part(after, most)]

    def _part(self, after: int, most: int) -> Sequence[tuple[int, Finding]]:
        first = max(0, after)
        return list(enumerate(self.findings[first : first + most], first))

    def _row(self, number: int, finding: Finding) -> dict[str, Any]:
        path = self.folder.finding_folder(finding.name) / FINDING_PAGE
        return {
            "number": number,
            "name": finding.name,
            "kind": finding.problem.kind,
            "title": finding.problem.title,
            "target": finding.target,
            "time": finding.time,
            "lane": finding.lane,
            "replay": self.folder.replay_command(finding.name),
            "page": path.is_file(),
        }

    def _look(self) -> None:
        """Read findings that are new: they are never changed in what is shown."""
        place = self.folder.path / "findings"
        try:
            stamp = place.stat().st_mtime_ns
        except OSError:
            return
        if stamp == self._stamp:
            return
        new = []
        for item in os.scandir(place):
            if item.name.startswith(".") or item.name in self._names:
                continue
            try:
                new.append(self.folder.finding(item.name))
            except DamagedFinding:
                continue
            self._names.add(item.name)
        self.findings += sorted(new, key=lambda found: (found.time, found.name))
        self._stamp = stamp

    def _make(self) -> dict[str, Any]:
        settings = self.folder.settings()
        roster = read_roster(self.folder.path)
        history = self.folder.history()
        seconds = float(history[-1]["seconds"]) if history else 0.0
        kinds: dict[str, int] = {}
        for finding in self.findings:
            kinds[finding.problem.kind] = kinds.get(finding.problem.kind, 0) + 1
        resident = sum(row.resident for row in roster.rows)
        summary = summarise_slots(self.folder, seconds, kinds, resident)
        workers = [
            {
                "lane": row.lane,
                "target": row.target,
                "node": row.node or "here",
                "state": state_of(row, settings.slice_seconds),
                "resident": row.resident,
                "busy_seconds": round(row.busy_seconds, 1),
                "deaths": row.deaths,
                **_lane(self.folder.path, row.target, row.lane),
            }
            for row in roster.rows
        ]
        return {
            **summary.row(),
            "limit": settings.seconds,
            "seed": settings.seed,
            "running": time.time() - roster.time < _ALIVE_SECONDS,
            "trouble": roster.trouble,
            "rates": self._rate(summary),
            "found": len(self.findings),
            "workers": workers,
            "nodes": _nodes(workers),
        }

    def _rate(self, summary: Summary) -> dict[str, float]:
        """Executions a second of each target, lately."""
        now = time.monotonic()
        rates = {}
        for name, item in summary.targets.items():
            before, executions, rate = self._rates.get(
                name, (now, item.executions, 0.0)
            )
            if now - before > 2 * _FRESH_SECONDS:
                rate = max(0.0, (item.executions - executions) / (now - before))
                self._rates[name] = (now, item.executions, rate)
            else:
                self._rates.setdefault(name, (now, item.executions, rate))
            rates[name] = round(rate, 1)
        return rates


def _lane(path: Path, target: str, lane: int) -> dict[str, Any]:
    file = path / target / f"lane-{lane}.slot"
    progress = Progress()
    if file.is_file():
        slot = Slot(file)
        progress = slot.progress()
        slot.close()
    return {"executions": progress.executions, "features": progress.features}


def _nodes(workers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Workers by machine."""
    nodes: dict[str, dict[str, Any]] = {}
    for row in workers:
        known = nodes.setdefault(
            row["node"],
            {"node": row["node"], "workers": 0, "states": {}, "executions": 0},
        )
        known["workers"] += 1
        known["executions"] += row["executions"]
        states = known["states"]
        states[row["state"]] = states.get(row["state"], 0) + 1
    return sorted(nodes.values(), key=lambda item: str(item["node"]))
