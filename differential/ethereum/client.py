"""Our OS as an EVM of state tests, as tools that drive clients expect one.

A file gives lines on one stream (steps if wanted, then the state root of each variant)
and a list of results on another. Where a file gives no root, a line says so: whoever
waits for it must not wait for ever.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from differential.ethereum.eip3155 import lines_of
from differential.ethereum.lone import NATIVE, LoneRun, LoneTransaction, run_lone
from differential.importers.ethereum_state_tests import (
    FORK_NAMES,
    StateVariant,
    read_state_variants,
)
from differential.outcome import TransactionStatus
from zkos.host.case_errors import CaseError
from zkos.versions import Fork

NO_ROOT: Final = "none"
_INDENT: Final = 4


@dataclass(frozen=True)
class Wanted:
    """What to show, and by whose rules to run."""

    steps: bool = False
    stack: bool = True
    memory: bool = False
    return_data: bool = False
    fork: Fork | None = None
    """Of all variants, whatever fork they are for; None runs those of known forks."""
    engine: str = NATIVE
    """Which of ours, see `differential.ethereum.lone`."""


@dataclass(frozen=True)
class Client:
    """Runs files; `lines` is standard error of the interface, `results` its output."""

    wanted: Wanted
    lines: IO[str]
    results: IO[str]

    def run_file(self, path: Path) -> None:
        """Run all variants of a file; raises CaseError."""
        results = []
        for variant in read_state_variants(path):
            fork = self.wanted.fork or FORK_NAMES.get(variant.fork_name)
            if fork is None:
                self._comment(f"{variant.name}: fork {variant.fork_name} is not known")
            elif variant.transaction is None:
                self._comment(f"{variant.name}: {variant.problem}")
            else:
                results.append(self._run(variant, fork, variant.transaction))
        if not results:
            self._line({"stateRoot": NO_ROOT, "error": "no variant was run"})
        json.dump(results, self.results, indent=_INDENT)
        self.results.write("\n")
        self.results.flush()

    def run_names(self, names: IO[str]) -> int:
        """Run the files whose names come line by line; how many could not be read."""
        bad = 0
        for name in iter(names.readline, ""):
            try:
                self.run_file(Path(name.rstrip("\n")))
            except CaseError as error:
                bad += 1
                self._line({"stateRoot": NO_ROOT, "error": str(error)})
        return bad

    def run_files(self, paths: Sequence[Path], say: Callable[[str], None]) -> int:
        """Run files; how many could not be read, each with a line to `say`."""
        bad = 0
        for path in paths:
            try:
                self.run_file(path)
            except CaseError as error:
                bad += 1
                say(str(error))
        return bad

    def _run(self, variant: StateVariant, fork: Fork, data: bytes) -> dict[str, Any]:
        wanted = self.wanted
        transaction = LoneTransaction(fork, variant.environment, variant.before, data)
        run = run_lone(
            transaction,
            traced=wanted.steps,
            memory=wanted.memory,
            return_data=wanted.return_data,
            engine=wanted.engine,
        )
        if wanted.steps:
            lines = lines_of(
                transaction,
                run,
                stack=wanted.stack,
                return_data=wanted.return_data,
            )
            self.lines.writelines(f"{line}\n" for line in lines)
        refused = _refused(run)
        if refused:
            self._comment(f"{variant.name}: refused: {refused}")
        root = root_text(run)
        result: dict[str, Any] = {
            "name": variant.test,
            "pass": run.state_root == variant.state_root,
            "stateRoot": root,
            "fork": variant.fork_name,
        }
        if run.state_root is None:
            reason = f"{run.outcome.result.value}: {run.outcome.reason}"
            result["error"] = reason
        elif not result["pass"]:
            expected = f"0x{variant.state_root.hex()}"
            result["error"] = f"post state root mismatch: got {root}, want {expected}"
        self.lines.write(line_of_root(run) + "\n")
        self.lines.flush()
        return result

    def _line(self, line: dict[str, Any]) -> None:
        self.lines.write(_compact(line) + "\n")
        self.lines.flush()

    def _comment(self, text: str) -> None:
        self.lines.write(f"# {' '.join(text.split())}\n")


def root_text(run: LoneRun) -> str:
    """The state root as tools write it."""
    return NO_ROOT if run.state_root is None else f"0x{run.state_root.hex()}"


def line_of_root(run: LoneRun) -> str:
    """The last line of a variant."""
    line = {"stateRoot": root_text(run)}
    if run.state_root is None:
        line["error"] = f"{run.outcome.result.value}: {run.outcome.reason}"
    return _compact(line)


def _compact(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":"))


def _refused(run: LoneRun) -> str:
    """Why a transaction is not allowed; empty for one that is."""
    for receipt in run.outcome.transactions or ():
        if receipt.status is TransactionStatus.INVALID:
            return receipt.reason or "not allowed"
    return ""
