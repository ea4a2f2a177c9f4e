"""The list of commands: modules with a function `command`, or an `app`, for typer."""

from typing import Final, NamedTuple


class Command(NamedTuple):
    """Where a command is, and what `zkos --help` says of it without going there."""

    module: str
    summary: str
    """The first lines of its own help."""


_FIXTURES: Final = (
    "Run Ethereum's state and block tests; without --engine: native, riscv, py_evm."
)
COMMANDS: Final = {
    "run": Command(
        "zkos.cli.run",
        "Run blocks and show transactions, changes of state and public input.",
    ),
    "diff": Command(
        "zkos.cli.diff",
        "Run cases on several engines and show the first difference.",
    ),
    "compare": Command(
        "zkos.cli.compare",
        "Show the first difference between two cases, or a case and real receipts.",
    ),
    "trace": Command(
        "zkos.cli.trace",
        "Trace a block as EIP-3155 lines, or show where two engines part.",
    ),
    "scenario": Command(
        "zkos.cli.scenario",
        "Run a scenario on two engines and say whether they agree.",
    ),
    "fuzz": Command(
        "zkos.cli.fuzz",
        "Search for inputs on which engines part.",
    ),
    "watch": Command(
        "zkos.cli.watch",
        "Watch a campaign: a live page on loopback, with /metrics for Prometheus.",
    ),
    "replay": Command(
        "zkos.cli.replay",
        "Answer the guest from a recorded tape, edited or not; or record one.",
    ),
    "minimise": Command(
        "zkos.cli.minimise",
        "Make a case small that shows a difference between two engines.",
    ),
    "corpus": Command(
        "zkos.cli.corpus",
        "Work with corpora of fuzz targets.",
    ),
    "report": Command(
        "zkos.cli.report",
        "Write an HTML page: growth, findings, planted faults, cycles.",
    ),
    "mutants": Command(
        "zkos.cli.mutants",
        "Plant faults and hunt them.",
    ),
    "bench": Command(
        "zkos.cli.bench",
        "Measure speeds beside those of others.",
    ),
    "build": Command(
        "zkos.cli.build",
        "Compile the OS for x86-64 and RV32IM, and the RV32IM machine.",
    ),
    "engines": Command(
        "zkos.cli.engines",
        "List the engines.",
    ),
    "cache": Command(
        "zkos.cli.cache",
        "Look after what was built and kept (ZKOS_CACHE).",
    ),
    "statetest": Command(
        "zkos.cli.fixtures",
        _FIXTURES,
    ),
    "blocktest": Command(
        "zkos.cli.fixtures",
        _FIXTURES,
    ),
    "evm": Command(
        "zkos.cli.evm",
        "Our OS behind interfaces that other tools expect of an EVM.",
    ),
}
"""By name, in the order of `zkos --help`."""
