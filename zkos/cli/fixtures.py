"""`zkos statetest` and `zkos blocktest`: whole trees of Ethereum's fixtures."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from differential.engines import Engine, parse_engines
from differential.fixture_results import Summary, Verdict
from differential.fixture_run import Setup
from differential.known import RULES
from differential.reference_cache import ReferenceCache
from differential.statetest import RunFile, run_file, run_tree
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
from zkos.versions import Fork, Instance

DEFAULT_ENGINES = ("native", "riscv", "py_evm")
ETHEREUM_ENGINES = ("native", "riscv")
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
    instance: opt.InstanceOption = Instance.ZK,
    fork: Annotated[
        Fork | None,
        typer.Option(
            "--fork",
            help="With --instance ethereum: run tests of older forks by these rules.",
            show_default="they are left out",
        ),
    ] = None,
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
    reference under the declared differences and with the fixture's own word. With
    --instance ethereum (without --engine: native and riscv) blocks are Ethereum's,
    engine fixtures are read too, and no difference is declared.
    """
    if resume and results is None:
        raise UserError("--resume needs --results FILE")
    if results is not None and results.exists() and not resume:
        raise UserError(f"{results}: exists; add --resume or choose another name")
    check_writable(results)
    if instance is Instance.ETHEREUM:
        if (profile, quirks, mode) != (Profile.REPLAY, Quirks.NONE, Mode.FORWARD):
            raise UserError("--profile, --quirks and --mode are for --instance zk")
        names = tuple(engine or ETHEREUM_ENGINES)
        run, prepare = _of_ethereum(names, fork, time)
    else:
        if fork is not None:
            raise UserError("--fork is for --instance ethereum")
        engines = parse_engines(engine or DEFAULT_ENGINES)
        options = RunOptions(profile, mode, quirks)
        kept = ReferenceCache() if cache else None
        run = partial(run_file, Setup(tuple(engines), options, time, kept))
        prepare = partial(_prepare, engines)
    summary = _with_progress(paths, run, jobs, results, prepare)
    if json:
        write_json(as_json(summary))
    else:
        show_summary(summary)
    if not summary.compared:
        raise UserError("nothing was compared: no case is for these engines")
    return exit_code(summary)


def _prepare(engines: Sequence[Engine]) -> None:
    """Build what engines need."""
    for each in engines:
        each.prepare(lambda text: say(text, to=messages()), for_many=True)


def _of_ethereum(
    engines: tuple[str, ...], fork: Fork | None, seconds: float
) -> tuple[RunFile, Callable[[], None]]:
    """How the Ethereum instance runs a file, and what is built before."""
    from differential.ethereum import fixture_tree
    from differential.ethereum.fixture_run import Setup as EthereumSetup
    from differential.ethereum.session import check_engines

    check_engines(engines)
    setup = EthereumSetup(engines, RunOptions(), fork)
    return partial(fixture_tree.run_file, setup, seconds), lambda: None


def _with_progress(
    paths: list[Path],
    run: RunFile,
    jobs: int | None,
    results: Path | None,
    prepare: Callable[[], None],
) -> Summary:
    """Run all files, with a bar that says how far it is."""
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

        def show(done: int, total: int, summary: Summary) -> None:
            totals = f"{done}/{total} files, {describe(summary)}"
            bar.update(task, completed=done, total=total, totals=totals)

        wanted = jobs or len(os.sched_getaffinity(0))
        return run_tree(paths, run, wanted, results, show, prepare)


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
