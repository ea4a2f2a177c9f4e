"""Where text goes: results to standard output, everything else to standard error."""

import errno
import json
import sys
from typing import Any, Final, NoReturn

from rich.console import Console

from zkos.terminal.text import visible

PIPE_COLUMNS: Final = 1 << 14
"""More than any line has: in a pipe nothing is broken."""


class _Console(Console):
    """A console that leaves it to us what the end of a reader means."""

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError(errno.EPIPE, "the reader went away")


def output() -> Console:
    """Standard output; wide where nobody looks, so that lines stay whole."""
    width = None if sys.stdout.isatty() else PIPE_COLUMNS
    return _Console(highlight=False, soft_wrap=True, width=width)


def messages() -> Console:
    """Standard error."""
    return _Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str, style: str | None = None, *, to: Console | None = None) -> None:
    """One line of plain text, without markup; what is not seen is spelled out."""
    (to or messages()).print(visible(text), style=style, markup=False)


def write_json(value: dict[str, Any]) -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
