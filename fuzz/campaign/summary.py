"""Where a campaign stands: the counts of all workers together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fuzz.campaign.folder import Folder
from fuzz.campaign.slot import Progress, Slot

_MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Summary:
    """A moment of a campaign."""

    seconds: float
    targets: dict[str, Progress]
    findings: dict[str, int]
    """Distinct findings by class."""
    resident: int
    """Bytes of all workers."""

    @property
    def total(self) -> Progress:
        """All targets together."""
        return _sum(list(self.targets.values()), sum)

    def row(self) -> dict[str, Any]:
        """The line of the history."""
        return {
            "seconds": round(self.seconds, 2),
            "resident": self.resident,
            "findings": self.findings,
            "targets": {
                name: {
                    "executions": item.executions,
                    "included": item.included,
                    "reverted": item.reverted,
                    "rejected": item.rejected,
                    "problems": item.problems,
                    "compared": item.compared,
                    "coverage": item.coverage,
                    "features": item.features,
                    "entries": item.entries,
                    "repeated": item.repeated,
                    "unstable": item.unstable,
                    "seconds": round(item.seconds, 2),
                }
                for name, item in self.targets.items()
            },
        }

    def line(self) -> str:
        """One line as libFuzzer's users know it, with validity and findings."""
        total = self.total
        rate = total.executions / self.seconds if self.seconds else 0.0
        found = sum(self.findings.values())
        compared = f"compared: {total.compared} blocks " if total.compared else ""
        return (
            f"#{total.executions} cov: {total.coverage} ft: {total.features} "
            f"corp: {total.entries}/{total.weight // 1000}kb exec/s: {rate:.0f} "
            f"rss: {self.resident // _MEGABYTE}Mb {validity(total)} {compared}"
            f"findings: {found} new: {age(total.last_new)}"
        )

    def status(self, limit: float | None = None) -> str:
        """The same for a terminal: 80 columns at most; `limit` is of `seconds`."""
        total = self.total
        rate = int(total.executions / self.seconds) if self.seconds else 0
        parts = [
            f"runs {short(total.executions)} {short(rate)}/s",
            f"ft {short(total.features)}",
            f"corp {short(total.entries)}",
            f"compared {short(total.compared)}",
            f"findings {short(sum(self.findings.values()))}",
        ]
        if limit is not None:
            left = max(0, round(limit - self.seconds))
            parts.append(f"left {short_time(left)}")
        return "  ".join(parts)


def short(number: int) -> str:
    """A count in four letters at most, up to a thousand billions."""
    for unit in ("", "k", "M", "G"):
        if number < 1000:
            return f"{number}{unit}"
        number //= 1000
    return f"{number}T"


def short_time(seconds: int) -> str:
    """Seconds, or minutes, or hours and minutes."""
    if seconds < 60:
        return f"{seconds}s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m"


def age(moment: float) -> str:
    """How long ago something was, by the clock on the wall."""
    return f"{max(0.0, time.time() - moment):.0f} s ago" if moment else "-"


def validity(progress: Progress) -> str:
    """How many parts of inputs were valid, and what became of them."""
    parts = progress.included + progress.reverted + progress.rejected
    if not parts:
        return "valid: -"
    share = 100 * (progress.included + progress.reverted) / parts
    return (
        f"valid: {share:.0f}% ({progress.included} included, "
        f"{progress.reverted} reverted, {progress.rejected} rejected)"
    )


def summarise(folder: Folder, seconds: float, resident: int = 0) -> Summary:
    """Read the slots of all workers; `resident` are bytes of their processes."""
    findings: dict[str, int] = {}
    for finding in folder.findings():
        kind = finding.problem.kind
        findings[kind] = findings.get(kind, 0) + 1
    return summarise_slots(folder, seconds, findings, resident)


def summarise_slots(
    folder: Folder, seconds: float, findings: dict[str, int], resident: int
) -> Summary:
    """The same where findings were counted already."""
    return Summary(
        seconds,
        {name: _target(folder, name) for name in folder.settings().targets},
        findings,
        resident,
    )


def _target(folder: Folder, name: str) -> Progress:
    rows = []
    for path in sorted((folder.path / name).glob("lane-*.slot")):
        slot = Slot(path)
        rows.append(slot.progress())
        slot.close()
    # Workers of one target know much the same.
    return _sum(rows, lambda numbers: max(numbers, default=0))


def _sum(rows: list[Progress], joined: Callable[[list[int]], int]) -> Progress:
    """Counts add up; `joined` says what several coverages are together."""
    return Progress(
        seconds=sum(row.seconds for row in rows),
        executions=sum(row.executions for row in rows),
        included=sum(row.included for row in rows),
        reverted=sum(row.reverted for row in rows),
        rejected=sum(row.rejected for row in rows),
        problems=sum(row.problems for row in rows),
        coverage=joined([row.coverage for row in rows]),
        features=joined([row.features for row in rows]),
        entries=joined([row.entries for row in rows]),
        weight=joined([row.weight for row in rows]),
        iteration=max((row.iteration for row in rows), default=0),
        last_new=max((row.last_new for row in rows), default=0.0),
        compared=sum(row.compared for row in rows),
        repeated=sum(row.repeated for row in rows),
        unstable=joined([row.unstable for row in rows]),
    )
