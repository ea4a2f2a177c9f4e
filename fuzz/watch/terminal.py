"""A campaign in a terminal, as it goes on."""

import time
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fuzz.campaign.summary import short, short_time
from fuzz.watch.figures import Watched

_RECENT: Final = 8
_SECONDS: Final = 1.0


def follow(watched: Watched, console: Console) -> None:
    """Show a campaign until interrupted."""
    with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
        while True:
            live.update(view(watched), refresh=True)
            time.sleep(_SECONDS)


def view(watched: Watched) -> Group:
    """Its figures as tables."""
    now = watched.figures()
    state = "running" if now["running"] else "not running"
    head = f"{state} for {short_time(int(now['seconds']))}, {now['found']} findings"
    parts: list[Table | Text] = [Text(head, "bold")]
    if now["trouble"]:
        parts.append(Text(f"the storage is away: {now['trouble']}", "red"))
    parts += [_targets(now), _nodes(now)]
    for finding in watched.findings[-_RECENT:]:
        title = f"{finding.name} {finding.problem.title}"
        parts.append(Text(title, "red", no_wrap=True, overflow="ellipsis"))
    return Group(*parts)


def _targets(now: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("target", "runs", "exec/s", "compared", "cov", "ft", "corp"):
        table.add_column(name, justify="left" if name == "target" else "right")
    for name, item in now["targets"].items():
        counts = (item[key] for key in ("compared", "coverage", "features", "entries"))
        rate = short(int(now["rates"][name]))
        table.add_row(name, short(item["executions"]), rate, *map(short, counts))
    return table


def _nodes(now: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("node", "workers", "state", "runs"):
        table.add_column(name)
    for item in now["nodes"]:
        states = ", ".join(f"{count} {name}" for name, count in item["states"].items())
        row = (item["node"], str(item["workers"]), states, short(item["executions"]))
        table.add_row(*row)
    return table
