"""`zkos compare`: two cases on the same engine, or a case beside receipts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from differential.explain import explain
from differential.receipts import are_receipts, read_receipts
from differential.side_by_side import Row, answers, beside, beside_receipts
from zkos.cases.loading import load_case
from zkos.cli import options as opt
from zkos.cli.execution import build_engines
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import output, say, write_json
from zkos.terminal.errors import (
    EXIT_BAD_INPUT,
    EXIT_CLEAN,
    EXIT_DIFFERENCE,
    EXIT_ENGINE_FAILED,
    UserError,
)
from zkos.versions import DEFAULT

DEFAULT_ENGINES = ("native",)


def command(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="A case file.")],
    other: Annotated[
        Path,
        typer.Argument(
            metavar="CASE|RECEIPTS",
            help="Another, or a node's answer to eth_getBlockReceipts.",
        ),
    ],
    engine: opt.EngineNames = None,
    block: Annotated[
        int | None,
        typer.Option(
            "--block",
            min=0,
            metavar="N",
            help="Whose receipts these are, in a case of several blocks.",
        ),
    ] = None,
    protocol: opt.ProtocolOption = DEFAULT,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    da: opt.DaOption = None,
    batch: opt.BatchOption = False,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    image: opt.ImageOption = None,
    jobs: opt.JobsOption = None,
    time: opt.TimeOption = opt.DEFAULT_SECONDS,
    memory: opt.MemoryOption = opt.DEFAULT_GIGABYTES,
    extra_precompiles: opt.ExtraPrecompilesOption = False,
    json: opt.JsonOption = False,
) -> int:
    """Show the first difference between two cases, or a case and real receipts.

    Each engine is asked about both; without --engine and --image: native. Receipts
    know status, gas and logs. Exit codes as those of `diff`; 2 if nothing could be
    compared.
    """
    plan = opt.make_plan(
        [case],
        engine or (() if image else DEFAULT_ENGINES),
        image,
        RunOptions(
            profile,
            mode,
            quirks,
            extra_precompiles=extra_precompiles,
            da=da,
            protocol=protocol,
        ),
        jobs=jobs,
        seconds=time,
        gigabytes=memory,
        batch=batch,
    )
    if case.is_dir():
        raise UserError(f"{case}: a folder; compare takes one case")
    rows = list(_rows(plan, case, other, block))
    for row in rows:
        if json:
            write_json(row.to_json())
        else:
            _show(row)
    return _exit_code(rows)


def _rows(plan: opt.Plan, case: Path, other: Path, block: int | None) -> Iterator[Row]:
    names = [engine.name for engine in plan.engines]
    sides = (str(case), str(other))
    blocks = len(load_case(case).blocks)
    if are_receipts(other):
        number = _number(case, blocks, block)
        receipts = read_receipts(other)
        build_engines(plan)
        with plan.session() as session:
            known = answers(session, case)
        yield beside_receipts(sides[0], known, number, receipts, names)
        return
    if block is not None:
        raise UserError(f"--block: {other} is a case, not receipts of a block")
    load_case(other)
    build_engines(plan)
    with plan.session() as session:
        left, right = answers(session, case), answers(session, other)
    yield from beside(sides, left, right, names)


def _number(case: Path, blocks: int, asked: int | None) -> int:
    if asked is None and blocks > 1:
        raise UserError(f"{case}: has {blocks} blocks; --block says whose receipts")
    if asked is not None and asked >= blocks:
        raise UserError(f"--block {asked}: {case} has {blocks} blocks, from 0")
    return asked or 0


def _show(row: Row) -> None:
    place = "batch" if row.block is None else f"block {row.block}"
    say(f"{row.sides[0]} and {row.sides[1]}, {place}", "bold", to=output())
    for name, pair in row.engines.items():
        if name in row.reasons:
            say(f"  {name}  not compared: {row.reasons[name]}", "yellow", to=output())
        elif pair.difference is None:
            say(f"  {name}  no difference", "green", to=output())
        elif pair.left is not None and pair.right is not None:
            say(f"  {name}", to=output())
            for line in explain(pair.left, pair.right, pair.difference):
                say(f"    {line}", "red", to=output())


def _exit_code(rows: Sequence[Row]) -> int:
    pairs = [pair for row in rows for pair in row.engines.values()]
    if any(pair.difference is not None for pair in pairs):
        return EXIT_DIFFERENCE
    if any(pair.failed for pair in pairs):
        return EXIT_ENGINE_FAILED
    if not any(pair.compared for pair in pairs):
        say("zkos: nothing was compared: no engine has two answers")
        return EXIT_BAD_INPUT
    return EXIT_CLEAN
