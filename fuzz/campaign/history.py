"""The nights so far, as `history.json` holds them: a list with a row for each."""

import json
from pathlib import Path
from typing import Any

from fuzz.corpus import write_atomically

NightRow = dict[str, Any]


class HistoryError(Exception):
    """A file is no history of nights; one line for the user."""


def read_nights(path: Path) -> list[NightRow]:
    """All nights, oldest first; HistoryError, or OSError if there is no file."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise HistoryError(f"no history of nights: {error}") from error
    if not isinstance(rows, list):
        raise HistoryError("no history of nights: not a list")
    return [_checked(number, row) for number, row in enumerate(rows)]


def append_night(path: Path, row: NightRow) -> None:
    """Add a night, the first of all if there is no file yet."""
    rows = read_nights(path) if path.is_file() else []
    content = json.dumps([*rows, row], indent=1) + "\n"
    write_atomically(path, content.encode())


def _checked(number: int, row: Any) -> NightRow:
    """A row with everything a reader relies on."""
    if not isinstance(row, dict):
        raise HistoryError(f"night {number}: not an object")
    for name in ("time", "seed"):
        if not isinstance(row.get(name), int):
            raise HistoryError(f"night {number}: {name} is not a number")
    parts = {name: row.get(name, {}) for name in ("targets", "findings", "cycles")}
    for name, part in parts.items():
        if not isinstance(part, dict):
            raise HistoryError(f"night {number}: {name} is not an object")
    return {**row, **parts}
