"""A page of each finding: what it is, its input, and the steps where engines part.

It lies with the finding, as `findings/NAME/index.html`, and links to the files there.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from differential.engines import Engine, EngineError, parse_engines
from differential.reports.page import render
from differential.reports.record import Record, RunRecord
from differential.reports.replay import diff_command, trace_command
from differential.reports.traces import MOST_TRACED, trace_differences
from differential.session import Session
from differential.workers import GIGABYTE, Limits
from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder
from fuzz.campaign.page import moment, values_of
from fuzz.targets.catalogue import load_target
from zkos.host.profile import RunOptions
from zkos.terminal.errors import UserError
from zkos.terminal.files import writing

PAGE: Final = "index.html"
OURS: Final = "ours"
"""What targets call our OS where they compare it with somebody else's."""
_LIMITS: Final = Limits(120.0, 6 * GIGABYTE)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Again:
    """The input of a finding on the two engines that part on it."""

    pair: tuple[Engine, ...] = ()
    record: Record | None = None
    note: str = ""
    """Why there is no trace, or what it lacks."""
    commands: tuple[str, ...] = ()


def write_pages(
    folder: Folder, *, trace: bool, progress: Progress = lambda _: None
) -> dict[str, Path]:
    """Write the page of each finding; where they are, by name. Raises FileError."""
    options: dict[str, RunOptions | str] = {}
    written = {}
    for number, finding in enumerate(folder.findings()):
        again = Again(note="Not traced.")
        if trace and number < MOST_TRACED:
            progress(f"finding {finding.name}")
            again = run_again(folder, finding, options, progress)
        path = folder.finding_folder(finding.name) / PAGE
        with writing(path):
            path.write_text(page(folder, finding, again), encoding="utf-8")
        written[finding.name] = path
    return written


def page(folder: Folder, finding: Finding, again: Again) -> str:
    """The page of a finding."""
    place = folder.finding_folder(finding.name)
    files = [path.name for path in place.glob("[!.]*") if path.name != PAGE]
    return render(
        "finding.html",
        "fuzz.campaign",
        finding=finding,
        files=sorted(files),
        values=values_of(finding),
        votes=finding.votes or {},
        moment=moment,
        again=again,
        commands=(folder.replay_command(finding.name), *again.commands),
    )


def run_again(
    folder: Folder,
    finding: Finding,
    options: dict[str, RunOptions | str],
    progress: Progress,
) -> Again:
    """Compare on the finding's input and trace; `options` keeps those of targets."""
    path = folder.input_path(finding.name, minimised=True)
    path = path or folder.input_path(finding.name)
    if path is None or path.suffix != ".json":
        return Again(note="No trace: its input is no block.")
    known = options.get(finding.target)
    if known is None:
        known = options[finding.target] = _options_of(finding.target)
    if isinstance(known, str):
        return Again(note=f"No trace: {known}.")
    pair = _pair(finding)
    if not pair:
        return Again(note="No trace: it is not of two engines that can be traced.")
    run = RunRecord(finding.name, pair, known)
    try:
        for engine in pair:
            engine.prepare(progress)
    except EngineError as error:
        return Again(pair, note=f"No trace: {error}.")
    with Session(pair, known, _LIMITS) as session:
        for result in session.run([path]):
            run.add(result)
    commands = (diff_command(path, pair, known),)
    if run.bad:
        return Again(pair, note=f"No trace: {run.bad[0]}.", commands=commands)
    different = run.different()
    if not different:
        note = "The two engines say the same of its input, block by block."
        return Again(pair, note=note, commands=commands)
    trace_differences(run, 1, progress)
    record = different[0]
    again = trace_command(path, record.block, pair, known)
    return Again(pair, record, record.note, (*commands, again))


def _options_of(name: str) -> RunOptions | str:
    """How a target runs blocks, or why that is not known."""
    try:
        found: Any = getattr(load_target(name), "options", None)
    except UserError as error:
        return str(error)
    return found if isinstance(found, RunOptions) else f"{name} runs no blocks"


def _pair(finding: Finding) -> tuple[Engine, ...]:
    """Two engines that part on it; none if there are none by these names."""
    named = ["native" if name == OURS else name for name in finding.problem.engines]
    found = _parsed(named)
    blamed = finding.responsible
    if not found and blamed is not None:
        found = _parsed([blamed, "riscv" if blamed == "native" else "native"])
    return found


def _parsed(names: list[str]) -> tuple[Engine, ...]:
    if len(names) != 2:
        return ()
    try:
        return tuple(parse_engines(names))
    except UserError:
        return ()


def links(pages: Mapping[str, Path], start: Path) -> dict[str, str]:
    """Where pages are seen from a file in the folder `start`."""
    return {
        name: quote(os.path.relpath(path.resolve(), start.resolve()))
        for name, path in pages.items()
    }
