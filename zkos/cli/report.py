"""`zkos report`: a campaign as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zkos.terminal.console import say
from zkos.terminal.errors import EXIT_CLEAN, UserError
from zkos.terminal.progress import progress

if TYPE_CHECKING:
    from fuzz.mutants.hunt import Catch


def command(
    folder: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="Working folder.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Where to write it.")
    ] = Path("report.html"),
    mutants: Annotated[
        Path | None,
        typer.Option(
            "--mutants",
            metavar="FILE",
            help="Results of `zkos mutants run`, to show the score.",
            show_default=False,
        ),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            metavar="FILE",
            help="History of nights, to compare cycles with.",
            show_default=False,
        ),
    ] = None,
    cycles: Annotated[
        bool,
        typer.Option(
            "--cycles", help="Count the cycles of the repository's cases now."
        ),
    ] = False,
) -> int:
    """Write an HTML page: growth, findings, planted faults, cycles.

    Without --cycles those of the last night in the history are compared with the
    nights before it.
    """
    from fuzz.campaign.folder import Folder, FolderError
    from fuzz.campaign.page import Night, page

    catches = {} if mutants is None else _read_catches(mutants)
    nights = [] if history is None else _read_nights(history)
    counts = _count() if cycles else _of_last(nights)
    try:
        content = page(Folder(folder), Night(catches, counts, nights))
    except FolderError as error:
        raise UserError(str(error)) from error
    try:
        out.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{out}: {error.strerror}") from error
    say(f"report in {out}")
    return EXIT_CLEAN


def _read_catches(path: Path) -> "dict[str, Catch]":
    from fuzz.mutants.run import best_of

    try:
        return best_of(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        reason = f"no results of `zkos mutants run`: {error}"
        raise UserError(f"{path}: {reason}") from error


def _read_nights(path: Path) -> list[dict[str, Any]]:
    from fuzz.campaign.history import HistoryError, read_nights

    try:
        return read_nights(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except HistoryError as error:
        raise UserError(f"{path}: {error}") from error


def _of_last(nights: list[dict[str, Any]]) -> dict[str, int]:
    """The cycles of the last night, which is then no earlier one."""
    counts: dict[str, int] = nights.pop()["cycles"] if nights else {}
    return counts


def _count() -> dict[str, int]:
    from fuzz.campaign.cycles import count_cycles

    with progress() as show:
        show("counting cycles")
        return count_cycles()
