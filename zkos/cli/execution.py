"""Runs a plan: build what is missing, run, show each block, find the exit code."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from differential.compare import failed
from differential.engines import EngineError
from differential.session import BadCase, BlockResult
from zkos.cases.loading import load_case
from zkos.cli.options import Plan
from zkos.host.case_errors import CaseError
from zkos.terminal.console import say, write_json
from zkos.terminal.errors import (
    EXIT_BAD_INPUT,
    EXIT_CLEAN,
    EXIT_DIFFERENCE,
    EXIT_ENGINE_FAILED,
    UserError,
)
from zkos.terminal.files import check_writable, writing
from zkos.terminal.progress import progress
from zkos.terminal.text import shell_line
from zkos.unsettled import lines
from zkos.versions import Protocol

if TYPE_CHECKING:
    from differential.reports.record import RunRecord

Show = Callable[[BlockResult], None]


@dataclass(frozen=True, slots=True)
class Files:
    """Where to write reports of the run."""

    html: Path | None = None
    junit: Path | None = None
    most_shown: int = 0
    """Blocks of which the page tells what they did."""

    def record(self, plan: Plan) -> "RunRecord | None":
        """Something to take results, if any file is wanted."""
        if self.html is None and self.junit is None:
            return None
        from differential.reports.record import RunRecord

        command = shell_line(["zkos", *sys.argv[1:]])
        return RunRecord(
            command, plan.engines, plan.options, most_shown=self.most_shown
        )

    def check(self) -> None:
        """Raise FileError now rather than after the run."""
        for path in (self.html, self.junit):
            check_writable(path)

    def write(self, run: "RunRecord", jobs: int) -> None:
        """Write what is wanted; raises FileError."""
        from differential.reports.html import html
        from differential.reports.junit import junit
        from differential.reports.traces import trace_differences

        if self.html is not None:
            with progress() as show:
                trace_differences(run, jobs, show)
        for path, form in ((self.html, html), (self.junit, junit)):
            if path is not None:
                with writing(path):
                    path.write_text(form(run), encoding="utf-8")


def execute(plan: Plan, show: Show, *, as_json: bool, files: Files) -> int:
    """Run all cases of a plan; the exit code of the contract."""
    files.check()
    if any(map(readable, plan.cases)):
        build_engines(plan)
    record = files.record(plan)
    counts: Counter[str] = Counter()
    warned: set[Protocol] = set()
    with plan.session() as session:
        for result in session.run(plan.cases):
            if record is not None:
                record.add(result)
            if isinstance(result, BadCase):
                counts["bad"] += 1
                say(f"zkos: {result.reason}")
                continue
            count(result, counts)
            warn(result.case.protocol_at(result.index) or plan.options.protocol, warned)
            for answer in result.idle_edits():
                counts["idle"] += 1
                text = f"the edit of answer {answer} was never applied: nobody asked"
                say(f"zkos: {result.path}: {text}")
            if as_json:
                write_json(result.outcome.to_json())
                for name, reason in result.without.items():
                    say(f"zkos: {result.path}: {name} has no answer: {reason}")
            else:
                show(result)
    if record is not None:
        files.write(record, plan.jobs)
    if len(plan.cases) > 1:
        say(totals(counts))
    return exit_code(counts)


def warn(protocol: Protocol, warned: set[Protocol]) -> None:
    """Say once what is not known of the protocol that a block ran by."""
    if protocol not in warned:
        warned.add(protocol)
        for line in lines(protocol):
            say(f"zkos: {line}")


def readable(path: Path) -> bool:
    """Whether a file is a case; nothing is compiled for bad input alone."""
    try:
        load_case(path)
    except CaseError:
        return False
    return True


def build_engines(plan: Plan) -> None:
    """Compile what the engines run, saying so when it takes time."""
    from zkos.compiler.build import BuildError
    from zkos.compiler.errors import CompileError

    with progress() as show:
        for engine in plan.engines:
            try:
                engine.prepare(show)
            except (CompileError, BuildError, EngineError) as error:
                raise UserError(f"engine {engine.name}: {error}") from error


def count(result: BlockResult, counts: Counter[str]) -> None:
    """Add a result to the totals."""
    counts["blocks"] += 1
    counts["different"] += result.outcome.difference is not None
    outcomes = result.outcome.engines.values()
    counts["failed"] += any(failed(outcome) for outcome in outcomes)
    counts["alone"] += bool(result.without) and len(outcomes) < 2


def totals(counts: Counter[str]) -> str:
    """One line about a whole run."""
    text = (
        f"{counts['blocks']} blocks, {counts['different']} with a difference, "
        f"{counts['failed']} with a failed engine, {counts['bad']} bad cases"
    )
    if counts["alone"]:
        text += f", {counts['alone']} not compared: only one engine has an answer"
    return text


def exit_code(counts: Counter[str]) -> int:
    """The worst thing that happened."""
    if counts["bad"] or counts["idle"]:
        return EXIT_BAD_INPUT
    if counts["different"]:
        return EXIT_DIFFERENCE
    return EXIT_ENGINE_FAILED if counts["failed"] else EXIT_CLEAN
