"""`zkos watch`: a campaign while it runs, on a page, in a terminal, for machines."""

from typing import Annotated

import typer


def command(
    campaign: Annotated[
        str,
        typer.Argument(
            metavar="CAMPAIGN|URL", help="A campaign's folder, or a farm's storage."
        ),
    ] = "campaign",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0 is any free one.")
    ] = 8686,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Here in the terminal, no page.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Figures as JSON, a line a second.")
    ] = False,
) -> int:
    """Watch a campaign: a live page on loopback, with /metrics for Prometheus.

    It only reads, so it may begin and end at any time. Figures are those of the
    campaign's history; `/lines` has them as JSON, a line a second.
    """
    from fuzz.watch.command import watch

    return watch(campaign, port, terminal=terminal, as_json=json)
