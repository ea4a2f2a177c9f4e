"""`zkos report`: a campaign as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zkos.terminal.console import say
from zkos.terminal.errors import EXIT_BAD_INPUT, EXIT_CLEAN
from zkos.terminal.files import check_writable, writing
from zkos.terminal.progress import progress

if TYPE_CHECKING:
    from fuzz.mutants.hunt import Catch


def command(
    folder: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="Working folder.")],
    out: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")
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
    trace: Annotated[
        bool,
        typer.Option(
            "--trace/--no-trace",
            help="Run findings again, to show the steps at which engines part.",
        ),
    ] = True,
) -> int:
    """Write an HTML page: growth, findings, planted faults, cycles.

    Each finding has a page of its own in the campaign, with its trace and links to its
    input. Without --cycles those of the last night in the history are compared with
    the nights before it. A finding that was damaged is named and left out: exit code 2.
    """
    from fuzz.campaign.finding_page import links, write_pages
    from fuzz.campaign.folder import Folder
    from fuzz.campaign.page import Night, page

    check_writable(out)
    catches = {} if mutants is None else _read_catches(mutants)
    nights = [] if history is None else _read_nights(history)
    counts = _count() if cycles else _of_last(nights)
    campaign = Folder(folder)
    campaign.settings()
    with progress() as show:
        pages = write_pages(campaign, trace=trace, progress=show)
    shown = Night(catches, counts, nights)
    content = page(campaign, shown, links(pages, out.parent))
    with writing(out):
        out.write_text(content, encoding="utf-8")
    say(f"report in {out}")
    return EXIT_BAD_INPUT if campaign.damaged() else EXIT_CLEAN


def _read_catches(path: Path) -> "dict[str, Catch]":
    from fuzz.mutants.run import best_of

    return best_of(path)


def _read_nights(path: Path) -> list[dict[str, Any]]:
    from fuzz.campaign.history import read_nights

    return read_nights(path)


def _of_last(nights: list[dict[str, Any]]) -> dict[str, int]:
    """The cycles of the last night, which is then no earlier one."""
    counts: dict[str, int] = nights.pop()["cycles"] if nights else {}
    return counts


def _count() -> dict[str, int]:
    from fuzz.campaign.cycles import count_cycles

    with progress() as show:
        show("counting cycles")
        return count_cycles()
