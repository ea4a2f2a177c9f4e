"""Who works on a campaign now: a file for those who watch, replaced as a whole."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from fuzz.campaign.sealed import sealed, unsealed
from fuzz.corpus import write_atomically
from zkos.terminal.files import FileError, read_file

_FILE: Final = "roster.json"
_SLOW_SHARE: Final = 0.25
"""A worker is slow that has been at its input for this part of an input's time."""
_SILENT_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Row:
    """A lane as it stands."""

    lane: int
    target: str
    state: str
    node: str = ""
    resident: int = 0
    busy_seconds: float = 0.0
    deaths: int = 0
    silent_seconds: float = 0.0
    """How long nothing was heard of it."""


@dataclass(frozen=True, slots=True)
class Roster:
    """All lanes at a moment."""

    time: float
    rows: tuple[Row, ...] = ()
    trouble: str = ""
    """Why nothing can be stored."""


def state_of(row: Row, slice_seconds: float) -> str:
    """The state of a lane in a word, as people are told."""
    if row.silent_seconds > _SILENT_SECONDS:
        return "silent"
    if row.state == "working" and row.busy_seconds > _SLOW_SHARE * slice_seconds:
        return "slow"
    return row.state


def write_roster(folder: Path, rows: Sequence[Row], trouble: str = "") -> None:
    """Replace what is known; raises OSError."""
    content = {"time": time.time(), "rows": [asdict(row) for row in rows]}
    text = json.dumps(sealed({**content, "trouble": trouble}))
    write_atomically(folder / _FILE, text.encode())


def read_roster(folder: Path) -> Roster:
    """What was written last; empty if there is nothing that can be read."""
    try:
        known = unsealed(read_file(folder / _FILE))
        rows = tuple(Row(**fields) for fields in known["rows"])
        return Roster(float(known["time"]), rows, str(known["trouble"]))
    except (FileError, ValueError, TypeError, KeyError):
        return Roster(0.0)
