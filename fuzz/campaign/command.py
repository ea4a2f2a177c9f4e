"""`zkos fuzz run`: from wishes to a campaign, its display and its exit code."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from fuzz.campaign.child import start
from fuzz.campaign.crew import Crew, LocalCrew
from fuzz.campaign.display import Display
from fuzz.campaign.folder import BY_YIELD, FARM_FILE, Folder, FolderError, Settings
from fuzz.campaign.janitor import Janitor
from fuzz.campaign.summary import Summary
from fuzz.campaign.supervisor import CampaignError, Supervisor, seconds_before
from fuzz.targets.catalogue import DEFAULT, check_target
from zkos.terminal.amounts import parse_time
from zkos.terminal.console import messages, output, say
from zkos.terminal.errors import (
    EXIT_BAD_INPUT,
    EXIT_CLEAN,
    EXIT_DIFFERENCE,
    EXIT_ENGINE_FAILED,
    EXIT_INTERRUPTED,
    EXIT_TOOL_FAILED,
    UserError,
)
from zkos.terminal.extras import how_to_install
from zkos.terminal.files import writing
from zkos.terminal.text import shell_line

_GIGABYTE: Final = 1 << 30
EVENLY: Final = "even"
_TELL_SECONDS: Final = 10.0
"""While a target is prepared it is said so often that it still is."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line said."""

    targets: tuple[str, ...] = ()
    time: str | None = None
    jobs: int | None = None
    seed: int | None = None
    runs: int | None = None
    slice_seconds: float = 20.0
    memory_gigabytes: float = 3.0
    blind_seconds: float = 180.0
    json: bool = False
    corpus: Path | None = None
    """Further inputs to begin with, a folder for each target."""
    turns: str | None = None
    """How targets share the time; None is evenly here, by yield on a cluster."""
    cluster: str | None = None
    """Where Ray's head is; None is this machine."""
    storage: str | None = None
    """What keeps all that a cluster finds, beside the folder."""


def run_campaign(path: Path, wishes: Wishes) -> int:
    """Begin or resume, work, tell the end; the exit code."""
    folder = Folder(path)
    seconds = None if wishes.time is None else parse_time(wishes.time)
    for name in wishes.targets:
        check_target(name)
    known = folder.settings().targets if folder.exists else wishes.targets
    _check_corpus(wishes.corpus, known or DEFAULT)
    with writing(path), folder.locked():
        farm = _farm(folder, wishes)
        settings = _settings(folder, wishes, seconds)
        folder.sweep()
        try:
            code = _prepare(folder, settings, wishes.corpus)
            if code != EXIT_CLEAN:
                return code
            with farm(folder) as crew:
                return _work(folder, wishes, crew)
        except KeyboardInterrupt:
            say(f"resume with: {resume_command(folder)}", to=messages())
            return EXIT_INTERRUPTED


def _check_corpus(corpus: Path | None, targets: Sequence[str]) -> None:
    """Raise UserError for further inputs that are none."""
    if corpus is None:
        return
    if not corpus.is_dir():
        raise UserError(f"--corpus {corpus}: no such folder")
    if not any((corpus / name).is_dir() for name in targets):
        named = ", ".join(targets)
        raise UserError(f"--corpus {corpus}: has no folder of {named}")


def _farm(
    folder: Folder, wishes: Wishes
) -> Callable[[Folder], AbstractContextManager[Crew]]:
    """What makes the crew: processes here, or a cluster's if there is one."""
    remembered = (folder.path / FARM_FILE).is_file()
    if wishes.cluster is None and wishes.storage is None and not remembered:
        return _here
    try:
        from fuzz.farm.open import chosen_farm, open_store, opened
    except ModuleNotFoundError as error:
        raise UserError(f"--cluster {how_to_install(error.name) or error}") from error
    farm = chosen_farm(folder.path, wishes.cluster, wishes.storage, wishes.jobs)
    if farm is None:
        return _here
    store = open_store(farm, folder)
    return lambda prepared: opened(farm, prepared, store)


@contextmanager
def _here(folder: Folder) -> Iterator[Crew]:
    yield LocalCrew(folder, folder.settings().jobs)


def _work(folder: Folder, wishes: Wishes, crew: Crew) -> int:
    """The campaign itself, from the first worker to the last word."""
    display = Display(folder, json=wishes.json, limit=folder.settings().seconds)
    supervisor = Supervisor(folder, crew, display.show)
    janitor = Janitor(folder)
    interrupted = False
    try:
        with _interruptible(supervisor), display, janitor:
            summary = supervisor.run()
            interrupted = supervisor.stop
            if not interrupted:
                supervisor.check_sight(summary)
    except CampaignError as error:
        say(f"resume with: {resume_command(folder)}", to=messages())
        say(f"zkos fuzz: {error}", "bold red")
        return EXIT_ENGINE_FAILED
    tell_end(folder, summary, interrupted=interrupted)
    if interrupted:
        return EXIT_INTERRUPTED
    idle = [name for name, done in summary.targets.items() if not done.executions]
    for name in idle:
        say(f"zkos: {name}: no input was run, the campaign was too short for it")
    if summary.findings:
        return EXIT_DIFFERENCE
    return EXIT_BAD_INPUT if idle else EXIT_CLEAN


def resume_command(folder: Folder) -> str:
    """What goes on with a campaign."""
    return shell_line(["zkos", "fuzz", "run", "--folder", str(folder.path)])


def tell_end(folder: Folder, summary: Summary, *, interrupted: bool) -> None:
    """The summary for people."""
    console = output()
    console.print(summary.line(), markup=False)
    for finding in folder.findings():
        say(f"{finding.name}  {finding.problem.title}", to=console)
        say(f"    {folder.replay_command(finding.name)}", to=console)
    if interrupted:
        say(f"resume with: {resume_command(folder)}", to=messages())


def _settings(folder: Folder, wishes: Wishes, seconds: float | None) -> Settings:
    """Those of the campaign that is there, with more time or runs, or new ones."""
    if folder.exists:
        settings = folder.settings()
        if wishes.targets and set(wishes.targets) != set(settings.targets):
            raise FolderError(f"{folder.path}: its targets are {settings.targets}")
        if wishes.seed not in (None, settings.seed):
            raise FolderError(f"{folder.path}: its seed is {settings.seed}")
        settings = folder.extend(seconds, wishes.runs, wishes.jobs)
        worked = seconds_before(folder)
        text = f"resuming {folder.path}, seed {settings.seed}, after {worked:.0f} s"
        if settings.seconds is not None:
            text += f" of {settings.seconds:g} s"
        say(text)
        if settings.seconds is not None and worked >= settings.seconds:
            say("its time is over: --time with more of it goes on", "yellow")
        return settings
    settings = Settings(
        targets=wishes.targets or DEFAULT,
        seed=secrets.randbits(32) if wishes.seed is None else wishes.seed,
        jobs=wishes.jobs or len(os.sched_getaffinity(0)),
        seconds=seconds,
        runs=wishes.runs,
        slice_seconds=wishes.slice_seconds,
        memory_bytes=int(wishes.memory_gigabytes * _GIGABYTE),
        blind_seconds=wishes.blind_seconds,
        turns=_turns(wishes),
    )
    folder.begin(settings)
    say(f"campaign in {folder.path}, seed {settings.seed}")
    return settings


def _turns(wishes: Wishes) -> str | None:
    """By yield where that was said, or where nothing was and a cluster works.

    A number of inputs is not time to be shared.
    """
    said = wishes.turns or (EVENLY if wishes.cluster is None else BY_YIELD)
    if said not in (EVENLY, BY_YIELD):
        raise UserError(f"--turns {said}: not {EVENLY} or {BY_YIELD}")
    return BY_YIELD if said == BY_YIELD and wishes.runs is None else None


def _prepare(folder: Folder, settings: Settings, corpus: Path | None) -> int:
    """Make all targets ready; the exit code, which is not 0 if one cannot be."""
    for name in settings.targets:
        say(f"preparing {name}; --time begins when all is ready", "dim")
        arguments = [str(folder.path), name, str(os.getpid())]
        arguments += [] if corpus is None else [str(corpus)]
        child = start("fuzz.campaign.prepare", *arguments)
        try:
            code = _wait(child, name)
        finally:
            child.kill()
        if code != EXIT_CLEAN:
            told = code in (EXIT_BAD_INPUT, EXIT_TOOL_FAILED)
            return code if told else EXIT_ENGINE_FAILED
    return EXIT_CLEAN


def _wait(child: "subprocess.Popen[bytes]", name: str) -> int:
    """The exit code of what prepares a target, saying how long that takes."""
    began = time.monotonic()
    while True:
        try:
            return child.wait(_TELL_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"  {name}: {time.monotonic() - began:.0f} s", "dim")


@contextmanager
def _interruptible(supervisor: Supervisor) -> Iterator[None]:
    """Let Ctrl-C and a polite kill ask for the end."""

    def ask(_: int, __: FrameType | None) -> None:
        supervisor.stop = True

    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, ask) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
