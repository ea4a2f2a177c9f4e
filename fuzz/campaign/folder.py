"""The working folder of a campaign: settings, corpora, findings, history.

campaign.json             settings, written once
farm.json                 of a campaign of many machines, which those are
history.jsonl             a line every few seconds
budget.jsonl              where targets share time by what they find: each turn
roster.json               how workers stand
TARGET/seeds/             inputs the campaign began with
TARGET/corpus/            inputs it kept
TARGET/quarantine/        inputs that killed a worker when they were read
TARGET/lane-N.slot        what worker N does and has done
TARGET/lane-N.pool        what its inputs reached
findings/NAME/            finding.json, case.* or recipe.json, perhaps minimised.*

Whatever is killed at whatever moment: files are whole, and what was reported is there.
What a writer left in the middle of its work has a name that begins with `.part-`.
"""

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.finding import (
    DamagedFinding,
    Finding,
    finding_text,
    parse_finding,
)
from fuzz.campaign.history import is_row
from fuzz.campaign.identity import ground
from fuzz.campaign.memory import Memory
from fuzz.campaign.outbox import FINDING, Mark, Outbox
from fuzz.campaign.sealed import append_line, sealed, unsealed
from fuzz.campaign.slot import Slot
from fuzz.corpus import TEMPORARY, Corpus, write_atomically
from zkos.terminal.ending import warn
from zkos.terminal.errors import UserError
from zkos.terminal.files import FileError, read_file
from zkos.terminal.text import shell_line

FARM_FILE: Final = "farm.json"
"""Where a campaign of many machines remembers them."""


BY_YIELD: Final = "yield"
"""Turns of targets follow what they still find."""


class FolderError(UserError):
    """The folder is no campaign's or another one's; one line for the user."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a campaign is; the same after a resume."""

    targets: tuple[str, ...]
    seed: int
    jobs: int = 1
    seconds: float | None = None
    """Time at work; None is until interrupted."""
    runs: int | None = None
    """Executions of each worker after reading the corpus; None is no limit."""
    slice_seconds: float = 20.0
    """Time an input may take."""
    memory_bytes: int = 3 << 30
    """Resident memory of a worker."""
    blind_seconds: float = 180.0
    """After this long without any growth or valid input the campaign ends."""
    turns: str | None = None
    """How targets share the time: evenly, or `yield`."""


class Folder:
    """A campaign on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outbox: Final = Outbox(path / "outbox")

    @property
    def exists(self) -> bool:
        """Whether a campaign began here."""
        return (self.path / "campaign.json").is_file()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out; FolderError if there is one or no folder can be.

        The kernel gives the lock back, however its holder ends.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise FolderError(f"{self.path}: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise FolderError(f"{self.path}: a campaign is running in it") from error
        try:
            yield
        finally:
            os.close(handle)

    def begin(self, settings: Settings) -> None:
        """Start a campaign; FolderError if the folder holds something else."""
        self.path.mkdir(parents=True, exist_ok=True)
        others = [item.name for item in self.path.iterdir()]
        if "campaign.json" in others:
            raise FolderError(f"{self.path / 'campaign.json'}: is no regular file")
        if not all(name.startswith(TEMPORARY) for name in others):
            raise FolderError(f"{self.path}: not empty, and no campaign to resume")
        content = {"format": 1, "started": time.time(), **asdict(settings)}
        content["targets"] = list(settings.targets)
        self._write_settings(content)

    def extend(
        self, seconds: float | None, runs: int | None, jobs: int | None
    ) -> Settings:
        """Change how long and how wide the campaign is; the new settings."""
        self.settings()
        known = unsealed(read_file(self.path / "campaign.json"))
        wishes = {"seconds": seconds, "runs": runs, "jobs": jobs}
        known.update({name: wish for name, wish in wishes.items() if wish is not None})
        self._write_settings(known)
        return self.settings()

    def _write_settings(self, content: dict[str, Any]) -> None:
        text = json.dumps(sealed(content))
        write_atomically(self.path / "campaign.json", text.encode())

    def settings(self) -> Settings:
        """The settings; FolderError if they cannot be read."""
        path = self.path / "campaign.json"
        try:
            return _settings(unsealed(read_file(path)))
        except FileError as error:
            raise FolderError(str(error)) from error
        except ValueError as error:
            raise FolderError(f"{path}: damaged: {error}") from error

    def corpus(self, target: str, suffix: str) -> Corpus:
        """The working corpus of a target."""
        return Corpus(self.path / target / "corpus", suffix)

    def seeds(self, target: str, suffix: str) -> Corpus:
        """What the campaign began with."""
        return Corpus(self.path / target / "seeds", suffix)

    def take_seeds(self, target: str, suffix: str, contents: Iterable[bytes]) -> None:
        """Keep what the campaign begins with, all at once; not a second time."""
        final = self.path / target / "seeds"
        if final.exists():
            return
        final.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=final.parent))
        seeds = Corpus(part, suffix)
        for content in contents:
            seeds.add(content)
        part.rename(final)

    def read_input(self, target: str, name: str, suffix: str) -> bytes:
        """An input wherever it went; FileError if it is nowhere."""
        quarantined = Corpus(self.path / target / "quarantine", suffix)
        for corpus in (self.corpus(target, suffix), self.seeds(target, suffix)):
            if corpus.path(name).exists():
                return corpus.read_whole(name)
        return quarantined.read_whole(name)

    def quarantine(self, target: str, name: str) -> None:
        """Never read an input again."""
        for kind in ("seeds", "corpus"):
            for path in (self.path / target / kind).glob(f"{name}.*"):
                place = self.path / target / "quarantine" / path.name
                place.parent.mkdir(exist_ok=True)
                path.replace(place)

    def slot(self, target: str, lane: int) -> Slot:
        """The slot of a worker."""
        return Slot(self.path / target / f"lane-{lane}.slot")

    def memory(self, target: str, lane: int) -> Memory:
        """What a worker knows of its inputs."""
        return Memory(self.path / target / f"lane-{lane}.pool", ground(target))

    def save_finding(self, finding: Finding, content: bytes, suffix: str) -> bool:
        """Store a finding at once; whether it is the first of its meaning."""
        return self._save(finding, f"case{suffix}", content)

    def save_recipe(self, finding: Finding, text: bytes) -> bool:
        """Store a finding whose input is yet to be made again."""
        return self._save(finding, "recipe.json", text)

    def _save(self, finding: Finding, name: str, content: bytes) -> bool:
        final = self.finding_folder(finding.name)
        if self._holds(final):
            return False
        final.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=final.parent))
        (part / name).write_bytes(content)
        (part / "finding.json").write_bytes(finding_text(finding))
        try:
            part.rename(final)
        except OSError:  # another worker was faster
            shutil.rmtree(part, ignore_errors=True)
            return False
        self.outbox.put(Mark(FINDING, finding.name, finding.target))
        return True

    def _holds(self, final: Path) -> bool:
        """Whether a finding is there; one that was damaged makes room."""
        if not final.exists():
            return False
        try:
            self.finding(final.name)
        except DamagedFinding:
            final.rename(final.with_name(f"{TEMPORARY}damaged-{final.name}"))
            return False
        return True

    def save_input(self, finding: Finding, content: bytes, suffix: str) -> None:
        """Store the input of a finding that had only a recipe."""
        write_atomically(self.finding_folder(finding.name) / f"case{suffix}", content)

    def recipe(self, name: str) -> bytes | None:
        """What the input of a finding is made from, if it was lost."""
        path = self.finding_folder(name) / "recipe.json"
        return read_file(path) if path.is_file() else None

    def update_finding(self, finding: Finding) -> None:
        """Store what was learnt about a finding."""
        path = self.finding_folder(finding.name) / "finding.json"
        write_atomically(path, finding_text(finding))

    def save_minimised(self, finding: Finding, content: bytes, suffix: str) -> None:
        """Store the smaller input of a finding."""
        path = self.finding_folder(finding.name) / f"minimised{suffix}"
        write_atomically(path, content)
        self.update_finding(replace(finding, minimised=True))

    def finding(self, name: str) -> Finding:
        """The finding of this name; raises DamagedFinding."""
        path = self.finding_folder(name) / "finding.json"
        try:
            finding = parse_finding(read_file(path))
        except FileError as error:
            raise DamagedFinding(str(error)) from error
        except ValueError as error:
            raise DamagedFinding(f"{path}: damaged: {error}") from error
        if finding.name != name:
            raise DamagedFinding(f"{path}: damaged: it is another finding's")
        return finding

    def findings(self) -> list[Finding]:
        """All findings, oldest first; of one that was damaged is told once."""
        found = []
        for name in self._finding_names():
            try:
                found.append(self.finding(name))
            except DamagedFinding as error:
                _tell_once(str(error))
        return sorted(found, key=lambda item: (item.time, item.name))

    def damaged(self) -> list[str]:
        """The findings that cannot be read."""
        readable = {finding.name for finding in self.findings()}
        return [name for name in self._finding_names() if name not in readable]

    def _finding_names(self) -> list[str]:
        return sorted(path.name for path in (self.path / "findings").glob("[!.]*"))

    def input_path(self, name: str, *, minimised: bool = False) -> Path | None:
        """The input of a finding; None if there is none of that kind."""
        stem = "minimised" if minimised else "case"
        return next(iter(self.finding_folder(name).glob(f"{stem}.*")), None)

    def append_history(self, row: dict[str, Any]) -> None:
        """Add a line to the history."""
        append_line(self.path / "history.jsonl", row)

    def history(self) -> list[dict[str, Any]]:
        """All whole lines of the history; of others is told once."""
        path = self.path / "history.jsonl"
        if not path.exists():
            return []
        try:
            text = read_file(path).decode(errors="replace")
        except FileError as error:
            raise FolderError(str(error)) from error
        rows = []
        lines = text.splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            row = _row_of(line)
            if row is not None:
                rows.append(row)
            elif number < len(lines) or line.endswith("\n"):
                # A last line without an end is that of a killed supervisor.
                _tell_once(f"{path}: what is no line of a history is left out")
        return rows

    def sweep(self) -> None:
        """Remove what interrupted writers left."""
        for path in list(self.path.rglob(f"{TEMPORARY}*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def replay_command(self, name: str) -> str:
        """What runs the input of a finding again."""
        words = ["zkos", "fuzz", "replay", name, "--folder", str(self.path)]
        return shell_line(words)

    def finding_folder(self, name: str) -> Path:
        """Where all about a finding is."""
        return self.path / "findings" / name


def _settings(known: dict[str, Any]) -> Settings:
    """Settings from their JSON; ValueError for anything else."""
    values: dict[str, Any] = {}
    for name, kinds in _SETTINGS.items():
        value = known.get(name)
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise ValueError(f"{name} is {value!r}")
        values[name] = value
    targets = values["targets"]
    if not targets or not all(isinstance(item, str) for item in targets):
        raise ValueError(f"targets is {targets!r}")
    if values["jobs"] < 1 or values["slice_seconds"] <= 0:
        raise ValueError("no worker could work")
    return Settings(**{**values, "targets": tuple(targets)})


def _row_of(line: str) -> dict[str, Any] | None:
    """A line of the history, if it is whole."""
    try:
        row = unsealed(line)
    except ValueError:
        return None
    return row if is_row(row) else None


_NUMBER: Final = (int, float)
_SETTINGS: Final[dict[str, tuple[type, ...]]] = {
    "targets": (list,),
    "seed": (int,),
    "jobs": (int,),
    "seconds": (*_NUMBER, type(None)),
    "runs": (int, type(None)),
    "slice_seconds": _NUMBER,
    "memory_bytes": (int,),
    "blind_seconds": _NUMBER,
    "turns": (str, type(None)),
}
"""Fields of the settings and the types they have in JSON."""


@cache
def _tell_once(text: str) -> None:
    warn(text)
