"""`zkos report`: a campaign as a page."""

from pathlib import Path
from typing import Annotated

import typer

from zkos.cli.console import say
from zkos.cli.errors import EXIT_CLEAN, UserError


def command(
    folder: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="Working folder.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Where to write it.")
    ] = Path("report.html"),
) -> int:
    """Write an HTML page: coverage and executions over time, findings by class."""
    from fuzz.campaign.folder import Folder, FolderError
    from fuzz.campaign.page import page

    try:
        content = page(Folder(folder))
    except FolderError as error:
        raise UserError(str(error)) from error
    out.write_text(content, encoding="utf-8")
    say(f"report in {out}")
    return EXIT_CLEAN
