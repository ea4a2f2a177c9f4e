"""The command line: one module a command, listed in `zkos.cli.commands`."""

from zkos.cli.program import main

__all__ = ["main"]
