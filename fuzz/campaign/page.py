"""A campaign as one HTML page without scripts.

Its growth and findings; and, of a night, the planted faults that were hunted and the
cycles of fixed cases beside those of earlier nights.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from differential.reports import charts
from differential.reports.page import render
from fuzz.campaign.cycles import Counts, changes
from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder
from fuzz.campaign.summary import summarise, validity
from fuzz.mutants.hunt import Catch
from fuzz.mutants.table import MUTANTS

_MOST_VALUE: Final = 400
"""Characters of a value of a finding."""
_MINUTE: Final = 60.0
Row = Mapping[str, Any]
"""A line of a campaign's history, or a night."""


@dataclass(frozen=True, slots=True)
class Night:
    """What a page shows beside the campaign."""

    catches: Mapping[str, Catch] = field(default_factory=dict)
    """What hunts of planted faults came to."""
    cycles: Counts = field(default_factory=dict)
    """Of fixed cases, now."""
    before: Sequence[Row] = ()
    """Earlier nights."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault and what became of its hunt."""

    name: str
    category: str
    what: str
    harmless: bool
    catch: Catch

    @property
    def is_wrong(self) -> bool:
        """Whether it survived, or was found though there is nothing to find."""
        return self.catch.found == self.harmless

    @property
    def state(self) -> str:
        """In a word or two."""
        if self.harmless:
            return "false alarm" if self.catch.found else "harmless"
        return "found" if self.catch.found else "survived"


def page(
    folder: Folder,
    night: Night | None = None,
    links: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page; FolderError if there is no campaign.

    `links` are addresses of the pages of findings, by name.
    """
    night = night or Night()
    settings = folder.settings()
    history = folder.history()
    seconds = float(history[-1]["seconds"]) if history else 0.0
    summary = summarise(folder, seconds)
    findings = list(folder.findings())
    faults = _faults(night.catches)
    return render(
        "campaign.html",
        "fuzz.campaign",
        settings=settings,
        seconds=seconds,
        total=summary.total,
        targets=summary.targets,
        validity=lambda item: validity(item).removeprefix("valid: "),
        figures=figures(history, settings.targets),
        findings=findings,
        links=links,
        classes=_classes(findings),
        moment=moment,
        values=values_of,
        replay=lambda finding: folder.replay_command(finding.name),
        faults=faults,
        score=_score(faults),
        hunt=_hunt_figure(faults),
        changes=changes(night.cycles, night.before),
        nights=night.before,
    )


def figures(history: Sequence[Row], targets: Sequence[str]) -> list[str]:
    """What grew over time, as SVG."""
    kinds: tuple[tuple[str, Callable[[Row], float]], ...] = (
        ("Counters covered", lambda row: row["coverage"]),
        ("Features", lambda row: row["features"]),
        ("Executions", lambda row: row["executions"]),
        ("Inputs kept", lambda row: row["entries"]),
    )
    drawn = [
        charts.curves(title, {name: _curve(history, name, read) for name in targets})
        for title, read in kinds
    ]
    classes = sorted({kind for row in history for kind in row.get("findings", {})})
    if classes:
        found = {
            kind: [
                (float(row["seconds"]), row["findings"].get(kind, 0)) for row in history
            ]
            for kind in classes
        }
        drawn.append(charts.curves("Distinct findings", found))
    return [str(item) for item in drawn]


def _curve(
    history: Sequence[Row], name: str, read: Callable[[Row], float]
) -> list[charts.Point]:
    return [
        (float(row["seconds"]), float(read(row["targets"][name])))
        for row in history
        if name in row.get("targets", {})
    ]


def _classes(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    def kind(finding: Finding) -> str:
        return finding.problem.kind

    groups = groupby(sorted(findings, key=kind), key=kind)
    return [(name, list(alike)) for name, alike in groups]


def moment(seconds: float) -> str:
    """A time of the clock on the wall, in UTC."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))
    except (OverflowError, OSError, ValueError):
        return "at no time"  # the file is damaged


def values_of(finding: Finding) -> list[tuple[str, str]]:
    """What each engine says, as far as it is known who said what."""
    problem = finding.problem
    said = [str(value)[:_MOST_VALUE] for value in problem.values]
    alike = len(said) == len(problem.engines)
    names = problem.engines if alike else ("",) * len(said)
    return list(zip(names, said, strict=True))


def _faults(catches: Mapping[str, Catch]) -> list[Fault]:
    """All that were hunted, what went wrong first, then the slowest."""
    found = []
    for name, catch in catches.items():
        mutant = MUTANTS.get(name)
        if mutant is not None:
            harmless = bool(mutant.harmless)
            found.append(Fault(name, mutant.category, mutant.what, harmless, catch))
    return sorted(found, key=lambda item: (not item.is_wrong, -item.catch.seconds))


def _score(faults: Sequence[Fault]) -> str:
    """The scoreboard in a sentence."""
    real = [item for item in faults if not item.harmless]
    caught = [item for item in real if item.catch.found]
    quick = sum(item.catch.seconds <= _MINUTE for item in caught)
    alarms = sum(item.state == "false alarm" for item in faults)
    return (
        f"{len(caught)} of {len(real)} planted faults found, {quick} within a minute "
        f"of a core; {len(real) - len(caught)} survived; {alarms} false alarms"
    )


def _hunt_figure(faults: Sequence[Fault]) -> str:
    """How many faults were found by when, each hunted on its own."""
    times = sorted(
        item.catch.seconds for item in faults if item.catch.found and not item.harmless
    )
    points = [(seconds, float(number)) for number, seconds in enumerate(times, 1)]
    if points:
        points.insert(0, (0.0, 0.0))
    return str(charts.curves("Planted faults found in so long", {"faults": points}))
