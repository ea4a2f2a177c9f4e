"""Which revision of the tested OS brought a difference: commits of ours, or images.

A revision runs its own code in a folder of its own, in a process that may take long
and die. One that cannot answer is passed over, and said.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from fuzz.campaign.folder import Folder
from fuzz.campaign.sealed import sealed, unsealed
from fuzz.corpus import write_atomically
from zkos.terminal.console import say
from zkos.terminal.errors import EXIT_CLEAN, EXIT_DIFFERENCE, UserError
from zkos.terminal.files import FileError, read_file

ROOT: Final = Path(__file__).resolve().parents[2]
_FILE: Final = "bisect.json"
_PROBE_SECONDS: Final = 1800.0
"""Of a revision: it may compile the OS first."""
_FINDING: Final = re.compile(r"^([a-z]+-[0-9a-f]{16})\b", re.MULTILINE)
Probe = Callable[[str], bool | None]
"""Whether a revision has the difference; None if it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a search came to."""

    first: str
    """The first revision with the difference, among those that could be asked."""
    subject: str
    before: str
    """The last without it."""
    asked: int
    between: tuple[str, ...] = ()
    """Revisions in between that could not be asked: it may be one of them."""


def search(revisions: Sequence[str], probe: Probe) -> tuple[int, int, int]:
    """The last revision without the difference, the first with it, how many asked.

    `revisions` begin with one that has it not and end with one that has it: UserError
    if that is not so.
    """
    good, bad = 0, len(revisions) - 1
    for at, wanted in ((good, False), (bad, True)):
        if probe(revisions[at]) is not wanted:
            word = "does not show" if wanted else "shows"
            raise UserError(f"{revisions[at]}: {word} the difference, or cannot be run")
    asked, mute = 2, set[int]()
    while True:
        left = [at for at in range(good + 1, bad) if at not in mute]
        if not left:
            return good, bad, asked
        middle = min(left, key=lambda at: abs(2 * at - good - bad))
        answer = probe(revisions[middle])
        asked += 1
        if answer is None:
            mute.add(middle)
        elif answer:
            bad = middle
        else:
            good = middle


def commits(repository: Path, good: str, bad: str) -> list[str]:
    """From one commit to a later one, along first parents. Raises UserError."""
    first = _git(repository, "rev-parse", "--verify", f"{good}^{{commit}}").strip()
    last = _git(repository, "rev-parse", "--verify", f"{bad}^{{commit}}").strip()
    between = ("rev-list", "--first-parent", "--reverse", f"{first}..{last}")
    found = [first, *_git(repository, *between).split()]
    if len(found) < 2 or found[-1] != last:
        raise UserError(f"{bad}: does not come after {good}")
    return found


def bisect_commits(
    repository: Path, good: str, bad: str, case: Path, target: str, name: str | None
) -> Brought:
    """The commit from which on `zkos fuzz replay` of an input shows a finding.

    `name` is that of the finding; without it any problem counts.
    """
    known = commits(repository, good, bad)

    def probe(commit: str) -> bool | None:
        with _checkout(repository, commit) as place:
            words = ["fuzz", "replay", str(case.absolute()), "--target", target]
            code, said = _run(place, words)
        shown = code == EXIT_DIFFERENCE and (
            name is None or name in _FINDING.findall(said)
        )
        answer = shown if code in (EXIT_CLEAN, EXIT_DIFFERENCE) else None
        _tell(_subject(repository, commit), answer)
        return answer

    return _brought(known, probe, lambda commit: _subject(repository, commit))


def bisect_images(
    folder: Path, good: str, bad: str, case: Path, options: Sequence[str] = ()
) -> Brought:
    """The image, by name, from which on it differs from our native engine on a case."""
    names = sorted(path.name for path in folder.glob("*.bin"))
    for name in (good, bad):
        if name not in names:
            raise UserError(f"{folder}: there is no image {name}")
    if names.index(good) >= names.index(bad):
        raise UserError(f"{bad}: does not come after {good} in {folder}")

    def probe(image: str) -> bool | None:
        words = ["diff", str(case.absolute()), "--engine", "native"]
        words += ["--image", str(folder.absolute() / image), *options]
        code, _ = _run(ROOT, words)
        answer = code == EXIT_DIFFERENCE
        _tell(image, answer if code in (EXIT_CLEAN, EXIT_DIFFERENCE) else None)
        return answer if code in (EXIT_CLEAN, EXIT_DIFFERENCE) else None

    chosen = names[names.index(good) : names.index(bad) + 1]
    return _brought(chosen, probe, lambda image: image)


def save_brought(folder: Folder, name: str, brought: Brought) -> None:
    """Keep with a finding which revision brought it."""
    path = folder.finding_folder(name) / _FILE
    write_atomically(path, json.dumps(sealed(asdict(brought))).encode())


def read_brought(folder: Folder, name: str) -> Brought | None:
    """What was kept with a finding."""
    try:
        fields = unsealed(read_file(folder.finding_folder(name) / _FILE))
        return Brought(**{**fields, "between": tuple(fields["between"])})
    except (FileError, ValueError, TypeError, KeyError):
        return None


def _brought(
    revisions: Sequence[str], probe: Probe, subject: Callable[[str], str]
) -> Brought:
    good, bad, asked = search(revisions, probe)
    first = revisions[bad]
    between = tuple(revisions[good + 1 : bad])
    return Brought(first, subject(first), revisions[good], asked, between)


def _tell(what: str, answer: bool | None) -> None:
    word = {True: "has it", False: "has it not", None: "cannot be asked"}[answer]
    say(f"{word:16}{what}", "dim")


def _subject(repository: Path, commit: str) -> str:
    return _git(repository, "show", "-s", "--format=%h %s", commit).strip()


@contextmanager
def _checkout(repository: Path, commit: str) -> Iterator[Path]:
    """A commit's files in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="zkos-bisect-") as folder:
        place = Path(folder) / "code"
        _git(repository, "worktree", "add", "--detach", "--force", str(place), commit)
        try:
            yield place
        finally:
            _git(repository, "worktree", "remove", "--force", str(place))


def _run(place: Path, words: Sequence[str]) -> tuple[int | None, str]:
    """Exit code and output of `zkos` as it is in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "zkos.cli", *words],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout


def _git(repository: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *words],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise UserError("git is not installed") from error
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["it failed"])[-1]
        raise UserError(f"{repository}: git {words[0]}: {reason}")
    return done.stdout
