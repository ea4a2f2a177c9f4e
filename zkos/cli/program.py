"""The program `zkos`: finds the command, turns errors into one line and a code.

Only the module of the command asked for is imported: starting up is part of the
answer's time.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final, NoReturn

import typer

from zkos.cli.commands import COMMANDS
from zkos.terminal.ending import ending, open_streams
from zkos.terminal.errors import EXIT_INTERRUPTED, UserError

_COMPLETION: Final = "_ZKOS_COMPLETE"
"""Set by a shell that asks what may follow (`zkos --show-completion`)."""
_WORDS: Final = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")
"""Where shells put the words so far: bash, and all others."""
_OPTIONS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the exit code."""
    open_streams()
    if _COMPLETION in os.environ:
        words = next(filter(None, map(os.environ.get, _WORDS)), "")
        _complete(words.split()[1:])
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """The exit code of a command line; never raises."""
    return ending(lambda: _run(arguments))


def _complete(words: Sequence[str]) -> NoReturn:
    """Answer a shell that asks what may follow these words."""
    app = typer.main.get_command(_program(words, completion=True))
    app.main(args=[], prog_name="zkos", complete_var=_COMPLETION)
    raise AssertionError("answering ends the process")


def _run(arguments: Sequence[str]) -> int:
    """The exit code; raises what the command raises, and UserError for bad usage."""
    app = typer.main.get_command(_program(arguments))
    given = list(arguments) or ["--help"]
    try:
        with app.make_context("zkos", given) as context:
            code = app.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        return EXIT_INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of typer
            raise UserError(error.format_message()) from error
        raise
    return code if isinstance(code, int) else 0


def _program(arguments: Sequence[str], *, completion: bool = False) -> typer.Typer:
    """What knows the command asked for, or all of them by name."""
    name = arguments[0] if arguments else ""
    app = typer.Typer(
        add_completion=completion or name not in COMMANDS,
        pretty_exceptions_enable=False,
        context_settings=_OPTIONS,
        help="ZKsync OS in Python, and a harness that shows where two runs part.",
    )
    app.callback()(_options)
    if name in COMMANDS:
        module = importlib.import_module(COMMANDS[name].module)
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(module.command)
        return app
    for name, command in COMMANDS.items():
        app.command(name, help=command.summary)(_elsewhere)
    return app


def _elsewhere() -> NoReturn:
    raise AssertionError("a command is imported where it is asked for")


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
