"""The live status of a campaign: a table on a terminal, lines elsewhere."""

import json
import sys
import time
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fuzz.campaign.folder import Folder
from fuzz.campaign.slot import Progress
from fuzz.campaign.summary import Summary, age, validity
from zkos.terminal.console import messages

_LINE_SECONDS: Final = 5.0
_NEW_SECONDS: Final = 1.0
_RECENT: Final = 6


class Display:
    """Shows summaries; a context."""

    def __init__(
        self, folder: Folder, *, json: bool, limit: float | None = None
    ) -> None:
        """`limit` are the seconds that the campaign has."""
        self._limit: Final = limit
        self._folder: Final = folder
        self._json: Final = json
        self._console: Final[Console] = messages()
        # No thread of its own: the supervisor starts processes.
        self._live = (
            Live(console=self._console, auto_refresh=False, transient=True)
            if self._console.is_terminal
            else None
        )
        self._told = 0.0
        self._features = 0
        self._rates: dict[str, tuple[float, int]] = {}

    def __enter__(self) -> "Display":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, summary: Summary) -> None:
        """Bring the display up to date."""
        now = time.monotonic()
        if self._live is not None:
            self._live.update(self._table(summary), refresh=True)
        elif self._is_due(summary, now):
            event = "NEW  " if summary.total.features > self._features else "pulse"
            count, rest = summary.line().split(" ", 1)
            self._console.print(f"{count} {event} {rest}", markup=False)
        else:
            return
        if self._json and now - self._told >= _LINE_SECONDS:
            sys.stdout.write(json.dumps(summary.row()) + "\n")
            sys.stdout.flush()
        if self._live is None or now - self._told >= _LINE_SECONDS:
            self._told = now
            self._features = summary.total.features

    def _is_due(self, summary: Summary, now: float) -> bool:
        wait = (
            _NEW_SECONDS if summary.total.features > self._features else _LINE_SECONDS
        )
        return now - self._told >= wait

    def _table(self, summary: Summary) -> Group:
        table = Table(box=None, pad_edge=False)
        for name in ("target", "#", "cov", "ft", "corp", "exec/s", "valid", "last new"):
            table.add_column(name, justify="left" if name == "target" else "right")
        for name, progress in summary.targets.items():
            table.add_row(*self._row(name, progress))
        parts: list[Table | Text] = [Text(summary.status(self._limit), "bold"), table]
        for finding in list(self._folder.findings())[-_RECENT:]:
            title = f"{finding.name} {finding.problem.title}"
            parts.append(Text(title, "red", no_wrap=True, overflow="ellipsis"))
        return Group(*parts)

    def _row(self, name: str, progress: Progress) -> tuple[str, ...]:
        return (
            name,
            str(progress.executions),
            str(progress.coverage),
            str(progress.features),
            f"{progress.entries}/{progress.weight // 1000}kb",
            f"{self._rate(name, progress):.0f}",
            validity(progress).removeprefix("valid: ").split(" ")[0],
            age(progress.last_new),
        )

    def _rate(self, name: str, progress: Progress) -> float:
        """Executions a second of each worker's time, lately."""
        seconds, executions = self._rates.get(name, (0.0, 0))
        elapsed = progress.seconds - seconds
        if elapsed <= 0:
            return 0.0
        rate = (progress.executions - executions) / elapsed
        if elapsed > _LINE_SECONDS:
            self._rates[name] = (progress.seconds, progress.executions)
        return rate
