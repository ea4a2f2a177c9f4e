"""What becomes of findings: minimised, bisected, listed, replayed.

As `python -m fuzz.campaign.triage FOLDER PROCESS` it looks after a running campaign;
with the name of a finding after that it attends to this one.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

from fuzz.campaign.bisect import votes
from fuzz.campaign.child import die_with, start
from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder
from fuzz.campaign.lost import input_of, recipe_of, remake
from fuzz.campaign.minimise import minimise
from fuzz.coverage.engine import MAKING_LAYER, observe, problem_of
from fuzz.coverage.target import Target
from fuzz.targets.catalogue import load_target
from zkos.terminal.console import output, say
from zkos.terminal.ending import ending
from zkos.terminal.errors import EXIT_BAD_INPUT, EXIT_CLEAN, EXIT_DIFFERENCE, UserError
from zkos.terminal.files import read_file

_IDLE_SECONDS: Final = 2.0
_MINIMISE_SECONDS: Final = 120.0
_ATTEND_SECONDS: Final = 2 * _MINIMISE_SECONDS
"""After this long an input is left as it is."""
_NICE: Final = 10
_REPEATABLE: Final = ("diverge", "unsound", "crash", "abort")


def attend(folder: Folder, finding: Finding) -> Finding:
    """Minimise and bisect one finding; what is known then."""
    target = load_target(finding.target)
    content = input_of(folder, finding, target)
    if content is None:
        return finding
    try:
        value = target.decode(content)
    except ValueError as error:
        say(f"{finding.name}: its input is damaged: {error}")
        return finding
    problem = finding.problem
    smaller = None
    if problem.kind in _REPEATABLE and problem.layer not in ("worker", "memory"):
        smaller = minimise(target, value, problem, _MINIMISE_SECONDS)
    known = votes(target, value if smaller is None else smaller)
    finding = replace(
        finding,
        votes=None if known is None else known.by_engine,
        responsible=None if known is None else known.responsible,
        minimised=smaller is not None,
    )
    if smaller is None:
        folder.update_finding(finding)
    else:
        folder.save_minimised(finding, target.encode(smaller), target.suffix)
    return finding


def attend_apart(folder: Folder, finding: Finding) -> Finding:
    """Attend in a process that may hang or die of the input; what is known then."""
    child = start(
        "fuzz.campaign.triage", str(folder.path), str(os.getpid()), finding.name
    )
    try:
        child.wait(_ATTEND_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        child.kill()
        child.wait()
    known = folder.finding(finding.name)
    if known.minimised is None:
        known = replace(known, minimised=False)
        folder.update_finding(known)
    return known


def triage_all(path: Path) -> int:
    """Attend to all findings and list them by class; the exit code."""
    folder = Folder(path)
    folder.settings()
    findings = []
    for finding in folder.findings():
        if finding.minimised is None:
            say(f"attending to {finding.name}", "dim")
            finding = attend_apart(folder, finding)
        findings.append(finding)
    classes = Counter(finding.problem.kind for finding in findings)
    for kind, count in sorted(classes.items()):
        output().print(f"{kind}: {count}", markup=False)
        for finding in findings:
            if finding.problem.kind == kind:
                _tell(folder, finding)
    if folder.damaged():
        return EXIT_BAD_INPUT
    return EXIT_DIFFERENCE if findings else EXIT_CLEAN


def _tell(folder: Folder, finding: Finding) -> None:
    say(f"  {finding.name}  {finding.problem.title}", to=output())
    if finding.responsible is not None:
        say(f"    against the majority: {finding.responsible}", to=output())
    path = folder.input_path(finding.name, minimised=True)
    path = path or folder.input_path(finding.name)
    say(f"    {path}", to=output())
    say(f"    {folder.replay_command(finding.name)}", to=output())


def replay_one(path: Path, what: str, target_name: str | None) -> int:
    """Run a finding's input, or a file's, again; 1 if there is a problem."""
    finding = _finding(Folder(path), what)
    if finding is not None and finding.problem.layer == MAKING_LAYER:
        return _make_again(Folder(path), finding)
    content, target = _find(Folder(path), what, target_name)
    try:
        value = target.decode(content)
    except ValueError as error:
        raise UserError(f"{what}: no input of {target.name}: {error}") from error
    problem = observe(target, value).problem
    if problem is None:
        say("no problem", "green", to=output())
        return EXIT_CLEAN
    say(f"{problem.name}  {problem.title}", "red", to=output())
    for item in problem.values:
        say(f"    {item}", to=output())
    return EXIT_DIFFERENCE


def _find(folder: Folder, what: str, name: str | None) -> tuple[bytes, Target[Any]]:
    file = Path(what)
    if file.is_file():
        return read_file(file), load_target(name or "block_differential")
    finding = _finding(folder, what)
    if finding is None:
        raise UserError(f"{what}: neither a file nor a finding in {folder.path}")
    target = load_target(finding.target)
    path = folder.input_path(finding.name, minimised=True)
    known = read_file(path) if path else input_of(folder, finding, target)
    if known is None:
        raise UserError(f"{finding.name}: its input cannot be made again")
    return known, target


def _finding(folder: Folder, what: str) -> Finding | None:
    """The finding whose name begins so, if no file is called so."""
    found = (item for item in folder.findings() if item.name.startswith(what))
    return None if Path(what).is_file() else next(found, None)


def _make_again(folder: Folder, finding: Finding) -> int:
    """Whether making an input that could not be made still fails."""
    target = load_target(finding.target)
    recipe = recipe_of(folder, finding)
    if recipe is None:
        raise UserError(f"{finding.name}: how its input is made is not known")
    try:
        remake(folder, target, recipe)
    except Exception as error:
        problem = problem_of(error, MAKING_LAYER)
        say(f"{problem.name}  {problem.title}", "red", to=output())
        return EXIT_DIFFERENCE
    say("no problem", "green", to=output())
    return EXIT_CLEAN


def look_after(folder: Folder) -> NoReturn:
    """Attend to findings as they come, until killed."""
    os.nice(_NICE)
    while True:
        for finding in folder.findings():
            if finding.minimised is None:
                attend_apart(folder, finding)
        time.sleep(_IDLE_SECONDS)


def main(arguments: list[str]) -> int:
    """Look after a campaign while its supervisor lives, or after one finding."""
    path, parent, *names = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with(int(parent))
    folder = Folder(Path(path))
    if not names:
        look_after(folder)
    for name in names:
        attend(folder, folder.finding(name))
    return EXIT_CLEAN


if __name__ == "__main__":
    sys.exit(ending(lambda: main(sys.argv[1:])))
