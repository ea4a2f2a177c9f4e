"""`zkos mutants`: planted faults, and whether the campaign finds them."""

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zkos.cli import options as opt
from zkos.terminal.amounts import parse_time
from zkos.terminal.console import output, say, write_json
from zkos.terminal.errors import EXIT_CLEAN, EXIT_DIFFERENCE, UserError
from zkos.terminal.files import check_writable, writing

if TYPE_CHECKING:
    from fuzz.mutants.hunt import Catch
    from fuzz.mutants.mutant import Mutant
    from fuzz.mutants.sample import Sampled

app = typer.Typer(help="Plant faults and hunt them.", no_args_is_help=True)


@app.command("run")
def run(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Mutants or categories; else all."),
    ] = None,
    time: Annotated[
        str, typer.Option("--time", metavar="TIME", help="Of a core, for each.")
    ] = "10m",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, max=1024, help="Hunts at once.")
    ] = 1,
    results: Annotated[
        Path | None,
        typer.Option("--results", metavar="FILE", help="Append JSON lines here."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--table", metavar="FILE", help="Write the score (Markdown)."),
    ] = None,
    json: opt.JsonOption = False,
) -> int:
    """Build each mutant and hunt it; exit code 1 if a fault survives."""
    from fuzz.mutants.run import best_of, record, run_all
    from fuzz.mutants.score import render

    chosen = _chosen(names or [])
    seconds = parse_time(time)
    if table is not None and results is None:
        raise UserError("--table needs --results")
    for path in (table, results):
        check_writable(path)
    say(f"seed {seed}, {len(chosen)} mutants")
    catches: dict[str, Catch] = {}

    def tell(catch: "Catch") -> None:
        catches[catch.name] = catch
        if json:
            write_json(asdict(catch))
        else:
            output().print(_line(catch), markup=False)

    with closing(run_all(chosen, seed, seconds, jobs)) as found:
        record(found, results, tell)
    if table is not None and results is not None:
        with writing(table):
            table.write_text(render(best_of(results)))
    wrong = [m for m in chosen if catches[m.name].found == bool(m.harmless)]
    return EXIT_DIFFERENCE if wrong else EXIT_CLEAN


@app.command("sample")
def sample(
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=100_000, help="Mutants to draw.")
    ] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    planted: Annotated[
        str,
        typer.Option(
            "--in",
            metavar="engine|source",
            help="In one engine, or in all so that only others can tell.",
        ),
    ] = "engine",
    time: Annotated[
        str, typer.Option("--time", metavar="TIME", help="Of a core, for each hunt.")
    ] = "30s",
    image: Annotated[
        Path | None,
        typer.Option("--image", metavar="FILE", help="A shipped image that can tell."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, max=1024, help="Hunts at once.")
    ] = 1,
    results: Annotated[
        Path | None,
        typer.Option("--results", metavar="FILE", help="Append JSON lines here."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--table", metavar="FILE", help="Write a table (Markdown)."),
    ] = None,
    json: opt.JsonOption = False,
) -> int:
    """Draw mutants by operator, plant and hunt them; exit code 1 if one survives."""
    from fuzz.mutants.sample import Planting, Sampler, keep
    from fuzz.mutants.sample_table import render

    if planted not in {item.value for item in Planting}:
        raise UserError(f"--in: {planted!r} is neither 'engine' nor 'source'")
    seconds = parse_time(time)
    for path in (table, results):
        check_writable(path)
    if image is not None:
        _check_image(image)
    say(f"seed {seed}, {count} mutants in the {planted}")
    rows = []
    sampler = Sampler(seed, Planting(planted), seconds, image)
    for row in sampler.run(count, jobs):
        rows.append(row)
        if results is not None:
            keep(row, results)
        if json:
            write_json(asdict(row))
        else:
            output().print(_sampled_line(row), markup=False)
    if table is not None:
        with writing(table):
            table.write_text(render(rows))
    survived = any(row.outcome == "survived" for row in rows)
    return EXIT_DIFFERENCE if survived else EXIT_CLEAN


@app.command("list")
def list_() -> int:
    """Name all mutants, what they are and who must find them."""
    from rich.table import Table

    from fuzz.mutants.table import MUTANTS

    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("mutant", "category", "hunt", "fault"):
        table.add_column(column, overflow="fold")
    for mutant in MUTANTS.values():
        note = " (harmless)" if mutant.harmless else ""
        table.add_row(
            mutant.name, mutant.category, mutant.hunt.value, f"{mutant.what}{note}"
        )
    output().print(table)
    return EXIT_CLEAN


def _chosen(names: list[str]) -> list["Mutant"]:
    """Mutants by name or category; raises UserError."""
    from fuzz.mutants.table import MUTANTS

    categories = {mutant.category for mutant in MUTANTS.values()}
    for name in names:
        if name not in MUTANTS and name not in categories:
            raise UserError(f"no mutant is called {name!r}, see `zkos mutants list`")
    return [
        mutant
        for mutant in MUTANTS.values()
        if not names or mutant.name in names or mutant.category in names
    ]


def _line(catch: "Catch") -> str:
    where = f"case {catch.number}, {catch.seconds:.1f} s"
    if catch.found:
        return f"found     {catch.name}: {catch.what} ({where})"
    return f"survives  {catch.name} {catch.what} ({where})"


def _check_image(path: Path) -> None:
    """Raise UserError unless the file is an image of a protocol we know."""
    from differential.runners.image import shape_of
    from zkos.machine.image import ImageError

    try:
        shape_of(path)
    except ImageError as error:
        raise UserError(str(error)) from error


def _sampled_line(row: "Sampled") -> str:
    trail = row.trail
    place = f"{row.module}:{row.line} {row.function}".strip()
    what = trail.what or trail.equivalent or trail.survives
    took = f"{trail.runs} runs, {trail.build_seconds + trail.seconds:.1f} s"
    return f"{row.outcome:10}  {row.operator} in {place}: {what} ({took})"
