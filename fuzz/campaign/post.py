"""A post: one worker on this machine, started, watched and replaced.

A worker may hang, grow or die of an input at any time. The post runs no input itself,
so it can always answer: it ends a worker that takes too much, saves what a lost one
was running as a finding, and starts another.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from fuzz.campaign.child import start
from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.lost import save_lost
from fuzz.campaign.slot import Current, Slot
from fuzz.campaign.worker import EXIT_DONE, EXIT_NO_ROOM, EXIT_RECYCLE, resident_bytes
from fuzz.coverage.engine import Making
from fuzz.coverage.target import Problem
from zkos.terminal.files import FileError, open_to_append, read_file

_DEATH: Final = "worker"
"""Layer of a problem: a worker died of itself, it seems."""
_MOST_RESTARTS: Final = 5
"""Deaths before the first input, after which a target is given up."""


class State(Enum):
    """What has become of a worker."""

    WAITING = "waiting"
    """There is none yet, or none any more: its machine is looked for."""
    WORKING = "working"
    STOPPED = "stopped"
    """It ended since it was asked to."""
    DONE = "done"
    """It ran as many inputs as it should."""
    FAILED = "failed"
    """Its target cannot be worked on."""
    NO_ROOM = "no room"
    """What it finds cannot be written."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a post says of its worker."""

    target: str
    state: State
    word: str = ""
    """Why it failed, or has no room."""
    resident: int = 0
    """Bytes of memory."""
    busy_seconds: float = 0.0
    """How long it has been at its input."""
    deaths: int = 0
    """Workers lost at this post so far."""
    node: str = ""
    """The machine, where there are several."""
    silent_seconds: float = 0.0
    """How long nothing was heard of it."""


class Post:
    """One lane of a campaign; its worker lives as long as the post, at most."""

    def __init__(self, folder: Folder, lane: int) -> None:
        self._folder: Final = folder
        self._settings: Final[Settings] = folder.settings()
        self._lane: Final = lane
        self._target = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._slot: Slot | None = None
        self._barren = 0
        """Deaths in a row without an input."""
        self._deaths = 0
        self._suspect = ""
        """An input of the corpus in which a worker died."""

    def begin(self, target: str) -> None:
        """Start a worker of a target; raises FileError, OSError.

        What a killed campaign was running is run again: it need not be at fault.
        """
        self._target = target
        self._open()
        assert self._slot is not None
        self._slot.settle(again=True)
        self._start()

    def release(self) -> None:
        """Ask the worker to end after its input."""
        if self._slot is not None:
            self._slot.stop = True

    def end(self, deadline: float) -> None:
        """Have no worker any more; one that has not ended by then is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def watch(self) -> Standing:
        """See to the worker; how it stands."""
        if self._process is None or self._slot is None:
            return Standing(self._target, State.WAITING, deaths=self._deaths)
        code = self._process.poll()
        current = self._slot.current()
        if code is not None:
            return self._ended(code, current)
        reason = self._excess(self._process.pid, current)
        if reason is not None:
            self._process.kill()
            self._process.wait()
            self._lost(current, reason)
            self._restart()
        return self._working()

    def _working(self) -> Standing:
        assert self._process is not None
        assert self._slot is not None
        started = self._slot.current().started
        return Standing(
            self._target,
            State.WORKING,
            resident=resident_bytes(str(self._process.pid)),
            busy_seconds=time.monotonic() - started if started else 0.0,
            deaths=self._deaths,
        )

    def _open(self) -> None:
        if self._slot is not None:
            self._slot.close()
        self._slot = self._folder.slot(self._target, self._lane)

    def _start(self) -> None:
        assert self._slot is not None
        self._slot.stop = False
        arguments = [str(self._folder.path), self._target, str(self._lane)]
        with open_to_append(self._log) as log:
            self._process = start(
                "fuzz.campaign.worker", *arguments, str(os.getpid()), log=log
            )

    def _restart(self) -> None:
        self._open()
        self._start()

    @property
    def _log(self) -> Path:
        return self._folder.path / self._target / f"lane-{self._lane}.log"

    def _excess(self, process: int, current: Current) -> Problem | None:
        """What a worker takes too much of."""
        limit = self._settings.slice_seconds
        if current.started and time.monotonic() - current.started > limit:
            return Problem("timeout", (), "time", "", "", (f"{limit:g} s",))
        if resident_bytes(str(process)) > self._settings.memory_bytes:
            return Problem("crash", (), "memory", "", "")
        return None

    def _ended(self, code: int, current: Current) -> Standing:
        assert self._slot is not None
        if code == EXIT_DONE:
            state = State.STOPPED if self._slot.stop else State.DONE
            self._process = None
            return Standing(self._target, state, deaths=self._deaths)
        if code == EXIT_NO_ROOM:
            word = _last_line(self._log).removeprefix("zkos: ")
            word = word or f"{self._folder.path}: a worker cannot write"
            return Standing(self._target, State.NO_ROOM, word)
        if code != EXIT_RECYCLE:
            if not current.started:
                self._barren += 1
                if self._barren >= _MOST_RESTARTS:
                    word = _last_line(self._log) or _death(code)
                    return Standing(self._target, State.FAILED, word)
            else:
                values = (_death(code),)
                self._lost(current, Problem("crash", (), _DEATH, "", "", values))
        self._restart()
        return self._working()

    def _lost(self, current: Current, problem: Problem) -> None:
        """Save what a dead worker was running; the next one passes it over."""
        assert self._slot is not None
        self._barren = 0
        self._deaths += 1
        save_lost(self._folder, self._target, self._lane, problem, current.recipe)
        if current.recipe.making is Making.GIVEN:
            name = current.recipe.parent
            # A worker may be killed from outside: no input is lost to that.
            if problem.layer != _DEATH or name == self._suspect:
                self._folder.quarantine(self._target, name)
            self._suspect = name
        self._slot.settle(again=False)


def _death(code: int) -> str:
    if code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _last_line(log: Path) -> str:
    try:
        lines = read_file(log).decode(errors="replace").strip().splitlines()
    except FileError:
        return ""
    return lines[-1] if lines else ""
