"""Says what takes time: a spinner on a terminal, lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.status import Status

from zkos.terminal.console import messages, say


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function to call with each step; shows nothing before the first call."""
    status: Status | None = None

    def show(text: str) -> None:
        nonlocal status
        if not messages().is_terminal:
            say(text)
        elif status is None:
            status = messages().status(text)
            status.start()
        else:
            status.update(text)

    try:
        yield show
    finally:
        if status is not None:
            status.stop()
