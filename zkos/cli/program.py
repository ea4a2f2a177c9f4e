"""The program `zkos`: finds the command, turns errors into one line and a code.

Only the module of the command asked for is imported: starting up is part of the
answer's time.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from zkos.cli.commands import COMMANDS
from zkos.cli.errors import EXIT_BAD_INPUT, EXIT_INTERRUPTED, UserError

_OPTIONS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """The exit code of a command line; never raises but on a fault of ours."""
    try:
        app = typer.main.get_command(_program(arguments))
        given = list(arguments) or ["--help"]
        code = app.main(given, prog_name="zkos", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader went away; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BAD_INPUT
    except Exception as error:
        line = _line(error)
        if line is None:
            raise
        print(f"zkos: {line}", file=sys.stderr)  # noqa: T201 (the last word)
        return EXIT_BAD_INPUT


def _program(arguments: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings=_OPTIONS,
        help="ZKsync OS in Python, and a harness that shows where two runs part.",
    )
    app.callback()(_options)
    asked = [name for name in arguments[:1] if name in COMMANDS]
    for name in asked or COMMANDS:
        module = importlib.import_module(COMMANDS[name])
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(module.command)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"zkos {version('zkos')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which."),
    ] = False,
) -> None:
    pass


def _line(error: Exception) -> str | None:
    """What to tell the user; None for a fault of ours."""
    from zkos.host.case_errors import CaseError

    text: str
    if isinstance(error, UserError | CaseError):
        text = str(error)
    elif hasattr(error, "format_message"):  # a usage error of typer
        text = error.format_message()
    else:
        return None
    return " ".join(text.split())
