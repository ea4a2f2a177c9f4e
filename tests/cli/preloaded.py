"""What a process has that is forked to be the program: all commands, imported."""

import importlib

from zkos.cli.commands import COMMANDS

for command in COMMANDS.values():
    importlib.import_module(command.module)
