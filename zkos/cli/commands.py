"""The list of commands: modules with a function `command`, or an `app`, for typer."""

from typing import Final

COMMANDS: Final = {
    "run": "zkos.cli.run",
    "diff": "zkos.cli.diff",
    "compare": "zkos.cli.compare",
    "trace": "zkos.cli.trace",
    "scenario": "zkos.cli.scenario",
    "fuzz": "zkos.cli.fuzz",
    "replay": "zkos.cli.replay",
    "minimise": "zkos.cli.minimise",
    "corpus": "zkos.cli.corpus",
    "report": "zkos.cli.report",
    "mutants": "zkos.cli.mutants",
    "bench": "zkos.cli.bench",
    "build": "zkos.cli.build",
    "engines": "zkos.cli.engines",
    "cache": "zkos.cli.cache",
    "statetest": "zkos.cli.fixtures",
    "blocktest": "zkos.cli.fixtures",
}
"""Name and module, in the order of `zkos --help`."""
