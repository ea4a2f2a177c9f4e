"""Where text goes: results to standard output, everything else to standard error."""

import json
import sys
from typing import Any, Final

from rich.console import Console

from zkos.terminal.text import visible

PIPE_COLUMNS: Final = 240


def output() -> Console:
    """Standard output; wide where nobody looks, so that hashes stay whole."""
    width = None if sys.stdout.isatty() else PIPE_COLUMNS
    return Console(highlight=False, soft_wrap=True, width=width)


def messages() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str, style: str | None = None, *, to: Console | None = None) -> None:
    """One line of plain text, without markup; what is not seen is spelled out."""
    (to or messages()).print(visible(text), style=style, markup=False)


def write_json(value: dict[str, Any]) -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
