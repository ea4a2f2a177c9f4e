"""Where text goes: results to standard output, everything else to standard error."""

from functools import cache
from typing import Any

from rich.console import Console


@cache
def output() -> Console:
    """Standard output."""
    return Console(highlight=False, soft_wrap=True)


@cache
def messages() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str, style: str | None = None, *, to: Console | None = None) -> None:
    """One line of plain text, without markup."""
    (to or messages()).print(text, style=style, markup=False)


def write_json(value: dict[str, Any]) -> None:
    """One line of JSON on standard output."""
    import json
    import sys

    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
