"""`zkos bench`: cycles and speeds beside those of others, measured in the same run.

`zkos bench fuzz` measures the fuzzer, `zkos bench ethereum` blocks of Ethereum;
anything else is `zkos bench blocks`, whose name need not be said.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from typer.core import TyperGroup

from differential.benchmark_rows import Row
from zkos.cli import options as opt
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import output, write_json
from zkos.terminal.progress import progress

_DEFAULT: Final = "blocks"


class _Benches(TyperGroup):
    """A group in which what is no command's name belongs to `blocks`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = (*self.commands, *ctx.help_option_names)
        if not args or args[0] not in known:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_Benches, help="Measure speeds beside those of others.")


@app.command(_DEFAULT)
def blocks(
    cases: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[CASE|DIR]...",
            help="Blocks to measure; files of expected results beside them are theirs.",
            show_default=False,
        ),
    ] = None,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    machine: Annotated[
        bool, typer.Option(help="Measure the machine against unicorn.")
    ] = True,
    crypto: Annotated[bool, typer.Option(help="Measure the precompiles.")] = True,
    py_evm: Annotated[
        bool, typer.Option("--py-evm/--no-py-evm", help="Measure against py-evm.")
    ] = True,
    state: Annotated[bool, typer.Option(help="Measure the host's state.")] = True,
    leaves: Annotated[
        int, typer.Option(min=32, help="How many leaves that state has.")
    ] = 1_000_000,
    json: opt.JsonOption = False,
) -> int:
    """Measure blocks, machine, cryptography and state: `zkos bench [CASE|DIR]...`.

    A ratio is ours over the peer's: speeds in areas of speeds, where above 1 is good,
    cycles in `cycles` and costs over their goals in `state`, where below 1 is.
    """
    from differential import benchmark_crypto, benchmark_state, benchmarks
    from differential.engines import parse_engines
    from differential.session import find_cases

    with progress() as shown:
        for engine in parse_engines(("native", "riscv")):
            engine.prepare(shown)
    options = RunOptions(profile, Mode.PROVING, Quirks.UPSTREAM)
    paths = find_cases(cases) if cases else []
    areas: list[Iterable[Row]] = []
    if paths:
        areas.append(benchmarks.cycles(path, options) for path in paths)
        areas.append(benchmarks.block_speeds(paths, with_py_evm=py_evm))
    if machine:
        areas.append(benchmarks.machine_speeds())
    if crypto:
        areas.append(benchmark_crypto.precompiles())
    if state:
        areas.append(benchmark_state.state_rows(leaves))
    for area in areas:
        rows = list(area)
        for row in rows if json else ():
            write_json(row.to_json())
        if not json:
            _show(rows)
    return 0


@app.command("fuzz")
def fuzz(
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.5, help="For each set of engines.")
    ] = 10.0,
    json: opt.JsonOption = False,
) -> int:
    """Measure executions a second on small cases; exit code 1 if a goal is missed."""
    from fuzz.campaign.bench import show
    from zkos.terminal.errors import EXIT_CLEAN, EXIT_DIFFERENCE

    return EXIT_CLEAN if show(seconds, json=json) else EXIT_DIFFERENCE


@app.command("ethereum")
def ethereum(
    blocks: Annotated[
        int, typer.Option("--blocks", min=1, metavar="N", help="Generated blocks.")
    ] = 100,
    json: opt.JsonOption = False,
) -> int:
    """Measure blocks of Ethereum beside EELS and py-evm; code 1 if a goal is missed."""
    from fuzz.campaign.ethereum_bench import show
    from zkos.terminal.errors import EXIT_CLEAN, EXIT_DIFFERENCE

    return EXIT_CLEAN if show(blocks, json=json) else EXIT_DIFFERENCE


def _show(rows: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    table = Table(
        title=rows[0].area, title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    columns = ("work", "engine", *names, "peer", "ratio", "note")
    for name in columns:
        table.add_column(name, justify="right" if name in (*names, "ratio") else "left")
    for row in rows:
        figures = (row.figures.get(name) for name in names)
        cells = (row.work, row.engine, *figures, row.peer, row.ratio, row.note)
        table.add_row(*map(_text, cells))
    output().print(table)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.3f}"
    return str(value)
