"""`zkos minimise`: the smallest case that still shows the same difference."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from differential.engines import Engine, parse_engines
from differential.ethereum.files import common_instance
from differential.minimise.passes import minimise
from differential.minimise.predicate import isolated, opcode_for
from differential.minimise.search import (
    NoDifference,
    Search,
    begin,
    keep_log,
)
from differential.origin import Signature
from differential.outcome import Result
from differential.reports.replay import diff_command
from differential.session import CASE_SUFFIXES
from differential.workers import GIGABYTE, Limits, Pool
from zkos.cases.loading import STANDARD_INPUT, load_case
from zkos.cli import options as opt
from zkos.host.case import Case
from zkos.host.case_writer import save_case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import output, say
from zkos.terminal.errors import EXIT_DIFFERENCE, UserError
from zkos.terminal.files import check_writable
from zkos.terminal.progress import progress
from zkos.versions import DEFAULT, Instance

REPORT_EVERY = 50
"""Candidates between two reports."""
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The small case to write.",
        show_default="CASE with .min before .json",
    ),
]
ResumeOption = Annotated[
    bool,
    typer.Option("--resume", help="Go on where an interrupted search was."),
]


def command(
    case: Annotated[
        Path, typer.Argument(metavar="CASE", help="A case file.", show_default=False)
    ],
    engine: opt.EngineNames = None,
    output_file: OutputOption = None,
    resume: ResumeOption = False,
    opcode: Annotated[
        bool,
        typer.Option(
            "--opcode/--no-opcode", help="Keep the opcode at which traces part, too."
        ),
    ] = True,
    protocol: opt.ProtocolOption = DEFAULT,
    instance: opt.FileInstanceOption = None,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    da: opt.DaOption = None,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    time: opt.TimeOption = 60.0,
    memory: opt.MemoryOption = opt.DEFAULT_GIGABYTES,
    extra_precompiles: opt.ExtraPrecompilesOption = False,
) -> int:
    """Make a case small that shows a difference between two engines.

    Needs --engine twice. A case counts as showing the same if engines, layer, field
    and the opcode at which the traces part are the same. Verdicts are kept in FILE.log
    and used again with --resume.
    """
    if common_instance([case], instance, CASE_SUFFIXES) is Instance.ETHEREUM:
        from zkos.cli import ethereum_minimise

        chosen = (protocol, profile, quirks)
        if any((da, extra_precompiles)) or chosen != (
            DEFAULT,
            Profile.PRODUCTION,
            Quirks.NONE,
        ):
            raise UserError(ethereum_minimise.ZK_ONLY)
        target = output_file or small_name(case)
        return ethereum_minimise.reduce(
            case, engine or [], target, RunOptions(mode=mode)
        )
    engines = _two_engines(engine or [])
    options = RunOptions(
        profile,
        mode,
        quirks,
        extra_precompiles=extra_precompiles,
        da=da,
        protocol=protocol,
    )
    load_case(case)  # what is none is told before anything is compiled
    if case == STANDARD_INPUT and output_file is None:
        raise UserError("a case from standard input needs --output")
    target = output_file or small_name(case)
    for path in (target, log_name(target)):
        check_writable(path)
    with Pool(2, Limits(time, int(memory * GIGABYTE))) as pool, progress() as show:
        for each in engines:
            each.prepare(show)

        def report(search: Search) -> None:
            if (search.tests + search.remembered) % REPORT_EVERY == 0:
                show(status(search))

        search = _begin(case, engines, options, pool, report, opcode=opcode)
        say(f"keeping {search.wanted.describe()}")
        try:
            with keep_log(search, log_name(target), resume=resume):
                try:
                    minimise(search)
                finally:
                    save_case(search.case, target)
        except OSError as error:
            raise UserError(f"{target}: {error.strerror}") from error
    say(status(search))
    say(f"written to {target}", to=output())
    say(replay_command(target, engines, options, search.wanted, time), to=output())
    return EXIT_DIFFERENCE


def _two_engines(names: list[str]) -> tuple[Engine, Engine]:
    if len(names) != 2:
        raise UserError("minimise needs --engine twice")
    left, right = parse_engines(names)
    return left, right


def _begin(
    path: Path,
    engines: tuple[Engine, Engine],
    options: RunOptions,
    pool: Pool,
    report: Callable[[Search], None],
    *,
    opcode: bool,
) -> Search:
    predicate = isolated(*engines, options, pool)
    find = opcode_for(*engines, options) if opcode else None
    try:
        return begin(load_case(path), predicate, find, report)
    except NoDifference as error:
        raise UserError(f"{path}: {error}") from error


def small_name(path: Path) -> Path:
    """The name of the small case beside the large one."""
    name = path.name.removesuffix(".gz").removesuffix(".json")
    return path.with_name(f"{name}.min.json")


def log_name(target: Path) -> Path:
    """The file of verdicts of a search that writes to `target`."""
    return target.with_name(f"{target.name}.log")


def status(search: Search) -> str:
    """One line about a search."""
    return (
        f"{search.tests} candidates run, {search.remembered} remembered, "
        f"{search.accepted} accepted: {size_of(search.case)}"
    )


def size_of(case: Case) -> str:
    """What is left of a case, in numbers."""
    transactions = sum(len(block.transactions) for block in case.blocks)
    accounts = case.accounts + tuple(
        entry for entry in case.sequence if hasattr(entry, "code")
    )
    code = sum(len(account.code) for account in accounts)
    return (
        f"{transactions} transactions, {len(case.leaf_order)} entries of state, "
        f"{code} bytes of code"
    )


def replay_command(
    path: Path,
    engines: tuple[Engine, Engine],
    options: RunOptions,
    wanted: Signature,
    seconds: float,
) -> str:
    """The command that shows the difference again."""
    command = diff_command(path, engines, options)
    if Result.TIMEOUT.value in (wanted.values or ()):
        command += f" --time {seconds:g}"
    return command
