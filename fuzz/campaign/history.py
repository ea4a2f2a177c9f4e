"""Histories: of a campaign a line every few seconds, of nights a row for each.

Nights are in `history.json`, a list; lines of a campaign in `history.jsonl`.
"""

import json
import math
from pathlib import Path
from typing import Any, Final

from fuzz.corpus import write_atomically
from zkos.terminal import json_text
from zkos.terminal.errors import UserError
from zkos.terminal.files import FileError, read_file

NightRow = dict[str, Any]
_COUNTS: Final = ("executions", "coverage", "features", "entries")


class HistoryError(UserError):
    """A file is no history of nights; one line for the user."""


def is_row(row: Any) -> bool:
    """Whether this is a line of a campaign's history, with all that readers need."""
    if not isinstance(row, dict) or not _is_number(row.get("seconds")):
        return False
    return _are_targets(row.get("targets")) and _are_counts(row.get("findings"))


def read_nights(path: Path) -> list[NightRow]:
    """All nights, oldest first; raises HistoryError."""
    try:
        rows = json_text.parse(read_file(path))
    except FileError as error:
        raise HistoryError(str(error)) from error
    except ValueError as error:
        raise HistoryError(f"{path}: no history of nights: {error}") from error
    if not isinstance(rows, list):
        raise HistoryError(f"{path}: no history of nights: not a list")
    try:
        return [_checked(number, row) for number, row in enumerate(rows)]
    except ValueError as error:
        raise HistoryError(f"{path}: {error}") from error


def append_night(path: Path, row: NightRow) -> None:
    """Add a night, the first of all if there is no file yet."""
    rows = read_nights(path) if path.exists() else []
    content = json.dumps([*rows, row], indent=1) + "\n"
    write_atomically(path, content.encode())


def _checked(number: int, row: Any) -> NightRow:
    """A row with everything a reader relies on; ValueError for any other."""
    if not isinstance(row, dict):
        raise ValueError(f"night {number}: not an object")
    for name in ("time", "seed"):
        if not isinstance(row.get(name), int):
            raise ValueError(f"night {number}: {name} is not a number")
    parts = {name: row.get(name, {}) for name in ("targets", "findings", "cycles")}
    for name, part in parts.items():
        if not isinstance(part, dict):
            raise ValueError(f"night {number}: {name} is not an object")
    if not _are_targets(parts["targets"]):
        raise ValueError(f"night {number}: targets are no counts")
    for name in ("findings", "cycles"):
        if not _are_counts(parts[name]):
            raise ValueError(f"night {number}: {name} are no counts")
    return {**row, **parts}


def _are_targets(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(counts, dict) and all(_is_number(counts.get(n)) for n in _COUNTS)
        for counts in value.values()
    )


def _are_counts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value)
