"""`zkos statetest` and `zkos blocktest`: whole trees of Ethereum's fixtures."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from differential.engines import parse_engines
from differential.fixture_results import Summary, Verdict
from differential.known import RULES
from differential.reference_cache import ReferenceCache
from differential.statetest import run_fixture_tree
from zkos.cli import options as opt
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import messages, output, say, write_json
from zkos.terminal.errors import (
    EXIT_BAD_INPUT,
    EXIT_CLEAN,
    EXIT_DIFFERENCE,
    EXIT_ENGINE_FAILED,
    UserError,
)
from zkos.terminal.files import check_writable

DEFAULT_ENGINES = ("native", "riscv", "py_evm")
SHOWN_CASES = 20


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Fixture files, folders of them, or tar archives.",
            show_default=False,
        ),
    ],
    engine: opt.EngineNames = None,
    profile: opt.ProfileOption = Profile.REPLAY,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.FORWARD,
    jobs: opt.JobsOption = None,
    time: Annotated[
        float, typer.Option("--time", min=0.001, help="Seconds a case has.")
    ] = 60.0,
    results: Annotated[
        Path | None,
        typer.Option(
            "--results",
            metavar="FILE",
            help="Write a JSON line a case.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Skip the cases --results has already.")
    ] = False,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Keep py-evm's answers on disk.")
    ] = True,
    json: opt.JsonOption = False,
) -> int:
    """Run Ethereum's state and block tests; without --engine: native, riscv, py_evm.

    The engines of ours are compared with each other, the first of them with each
    reference under the declared differences and with the fixture's own word.
    """
    if resume and results is None:
        raise UserError("--resume needs --results FILE")
    if results is not None and results.exists() and not resume:
        raise UserError(f"{results}: exists; add --resume or choose another name")
    check_writable(results)
    engines = parse_engines(engine or DEFAULT_ENGINES)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[totals]}"),
        TimeElapsedColumn(),
    )
    screen = messages()
    hidden = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=hidden) as bar:
        task = bar.add_task("fixtures", totals="")

        def prepare() -> None:
            for each in engines:
                each.prepare(lambda text: say(text, to=screen), for_many=True)

        def show(done: int, total: int, summary: Summary) -> None:
            totals = f"{done}/{total} files, {describe(summary)}"
            bar.update(task, completed=done, total=total, totals=totals)

        summary = run_fixture_tree(
            paths,
            engines,
            jobs or len(os.sched_getaffinity(0)),
            results,
            show,
            options=RunOptions(profile, mode, quirks),
            time_limit=time,
            cache=ReferenceCache() if cache else None,
            prepare=prepare,
        )
    if json:
        write_json(as_json(summary))
    else:
        show_summary(summary)
    if not summary.compared:
        raise UserError("nothing was compared: no case is for these engines")
    return exit_code(summary)


def describe(summary: Summary) -> str:
    """Totals in one line."""
    counts = [
        f"{summary.verdicts[verdict]} {verdict.value}"
        for verdict in Verdict
        if summary.verdicts[verdict]
    ]
    return f"{', '.join(counts)}, {summary.cases_per_second:.0f} cases/s"


def show_summary(summary: Summary) -> None:
    """Totals, the declared differences that fired, and what is not as it should be."""
    reasons = {name: rule.reason for name, rule in RULES.items()}
    table = Table("declared difference", "cases", "why", box=None)
    for name, count in summary.declared.most_common():
        table.add_row(name, str(count), reasons.get(name, ""))
    if summary.declared:
        output().print(table)
    for result in summary.notable[:SHOWN_CASES]:
        found = result.difference
        what = result.reason
        if found is not None:
            engines = " and ".join(found.engines)
            what = f"{engines} differ in {found.layer} {found.where}: {found.values}"
        say(f"{result.name}: {result.verdict.value}: {what}", "red", to=output())
    if len(summary.notable) > SHOWN_CASES:
        say(f"... and {len(summary.notable) - SHOWN_CASES} more", to=output())
    say(describe(summary), "bold", to=output())


def as_json(summary: Summary) -> dict[str, object]:
    """Totals for scripts; `--results` has the cases."""
    return {
        "verdicts": {v.value: summary.verdicts[v] for v in Verdict},
        "declared": dict(summary.declared),
        "notable": [result.to_json() for result in summary.notable],
        "ran": summary.ran,
        "seconds": round(summary.seconds, 3),
        "cases_per_second": round(summary.cases_per_second, 1),
    }


def exit_code(summary: Summary) -> int:
    """The worst that happened, differences first."""
    if summary.verdicts[Verdict.DIFFERENT]:
        return EXIT_DIFFERENCE
    if summary.verdicts[Verdict.BAD_FILE]:
        return EXIT_BAD_INPUT
    if summary.verdicts[Verdict.FAILED]:
        return EXIT_ENGINE_FAILED
    return EXIT_CLEAN
