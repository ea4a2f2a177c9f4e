"""`zkos evm`: our OS behind interfaces that other tools expect of an EVM."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zkos.terminal.errors import EXIT_BAD_INPUT, EXIT_CLEAN, UserError

if TYPE_CHECKING:
    from zkos.versions import Fork

app = typer.Typer(
    help="Our OS behind interfaces that other tools expect of an EVM.",
    no_args_is_help=True,
)
_GETH = "As geth's tool has it."


@app.callback()
def _group() -> None:
    """Have the only command keep its name."""


@app.command()
def statetest(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="State tests; without any, their names come line by line on "
            "standard input.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", "--trace", help="Write the steps (EIP-3155).")
    ] = False,
    json_outcome: Annotated[
        bool,
        typer.Option("--json-outcome", help="Only state roots, as without --json."),
    ] = False,
    stack: Annotated[
        bool, typer.Option("--stack/--nostack", help="Steps show the stack.")
    ] = True,
    memory: Annotated[
        bool, typer.Option("--memory/--nomemory", help="Steps show memory.")
    ] = False,
    return_data: Annotated[
        bool,
        typer.Option(
            "--returndata/--noreturndata", help="Steps show the last return data."
        ),
    ] = False,
    fork: Annotated[
        str | None,
        typer.Option(
            "--fork",
            metavar="NAME",
            help="Run all tests by this fork's rules: Prague, Osaka, BPO1, BPO2.",
            show_default="those of these forks, by their own",
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", "-e", metavar="NAME", help="native or cpython.")
    ] = "native",
    trace_format: Annotated[str, typer.Option("--trace.format", help=_GETH)] = "json",
    trace_nomemory: Annotated[
        str, typer.Option("--trace.nomemory", help=_GETH)
    ] = "true",
    trace_noreturndata: Annotated[
        str, typer.Option("--trace.noreturndata", help=_GETH)
    ] = "true",
) -> int:
    """Run state tests of Ethereum as goevmlab and others drive an EVM.

    Steps and a line with the state root of each test go to standard error, a list of
    results for each file to standard output. The exit code says nothing of roots.
    """
    from differential.ethereum.client import Client, Wanted
    from differential.ethereum.lone import ENGINES

    if engine not in ENGINES:
        raise UserError(f"--engine: {engine!r}, one of: {', '.join(ENGINES)}")
    if trace_format != "json":
        raise UserError(f"--trace.format: {trace_format!r}, only json is there")
    wanted = Wanted(
        steps=json and not json_outcome,
        stack=stack,
        memory=memory or _off("--trace.nomemory", trace_nomemory),
        return_data=return_data or _off("--trace.noreturndata", trace_noreturndata),
        fork=None if fork is None else _fork(fork),
        engine=engine,
    )
    client = Client(wanted, sys.stderr, sys.stdout)
    if files:
        bad = client.run_files(files, lambda text: print_line(f"zkos: {text}"))
    else:
        bad = client.run_names(sys.stdin)
    return EXIT_BAD_INPUT if bad else EXIT_CLEAN


def print_line(text: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"{text}\n")


def _off(option: str, value: str) -> bool:
    """Whether a switch of geth's that turns something off is itself off."""
    if value not in ("true", "false"):
        raise UserError(f"{option}: {value!r}, neither true nor false")
    return value == "false"


def _fork(name: str) -> "Fork":
    from differential.importers.ethereum_state_tests import FORK_NAMES

    known = {item.casefold(): fork for item, fork in FORK_NAMES.items()}
    if name.casefold() not in known:
        raise UserError(f"--fork: no fork {name!r}, one of: {', '.join(FORK_NAMES)}")
    return known[name.casefold()]
