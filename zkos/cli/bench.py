"""`zkos bench`: cycles and speeds beside those of others, measured in the same run.

`zkos bench fuzz` measures the fuzzer, `zkos bench ethereum` blocks of Ethereum;
anything else is `zkos bench blocks`, whose name need not be said.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from typer.core import TyperGroup

from zkos.cli import options as opt
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.console import output, write_json
from zkos.terminal.progress import progress

Row = dict[str, Any]
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
    json: opt.JsonOption = False,
) -> int:
    """Measure blocks, the machine and cryptography: `zkos bench [CASE|DIR]...`.

    Ratios above 1 in `speed` mean that ours is faster; in `ours/theirs` that ours
    takes more cycles.
    """
    from differential import benchmarks
    from differential.engines import parse_engines
    from differential.session import find_cases

    with progress() as show:
        for engine in parse_engines(("native", "riscv")):
            engine.prepare(show)
    options = RunOptions(profile, Mode.PROVING, Quirks.UPSTREAM)
    paths = find_cases(cases) if cases else []
    sections: list[tuple[str, Sequence[Row]]] = []
    if paths:
        sections.append(("cycles", [benchmarks.cycles(p, options) for p in paths]))
        sections.append(("block", benchmarks.block_speeds(paths, with_py_evm=py_evm)))
    if machine:
        sections.append(("machine", benchmarks.machine_speeds()))
    if crypto:
        sections.append(("crypto", benchmarks.precompiles()))
    for name, rows in sections:
        for row in rows if json else ():
            write_json({"bench": name, **row})
        if not json:
            _show(name, rows)
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


def _show(title: str, rows: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in names:
        numeric = any(isinstance(row.get(name), int | float) for row in rows)
        table.add_column(name, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(_text(row.get(name)) for name in names))
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
