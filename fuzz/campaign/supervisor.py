"""The campaign's supervisor: starts workers, watches them, keeps the history.

It computes nothing itself, so it can always answer: an input over its time, a worker
over its memory, Ctrl-C. A worker that dies is replaced; what it ran is a finding.
"""

import math
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fuzz.campaign.child import start
from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.lost import save_lost
from fuzz.campaign.slot import Current, Progress, Slot
from fuzz.campaign.summary import Summary, summarise
from fuzz.campaign.worker import EXIT_DONE, EXIT_NO_ROOM, EXIT_RECYCLE, resident_bytes
from fuzz.coverage.engine import Making
from fuzz.coverage.target import Problem
from zkos.terminal.errors import UserError
from zkos.terminal.files import FileError, open_to_append, read_file

POLL_SECONDS: Final = 0.2
STOP_SECONDS: Final = 1.0
"""Workers that have not ended by then are killed: nothing is lost."""
_HISTORY_SECONDS: Final = 5.0
_QUANTUM_SECONDS: Final = 60.0
"""A worker with several targets changes after this long."""
_DEATH: Final = "worker"
"""Layer of a problem: a worker died of itself, it seems."""
_MOST_RESTARTS: Final = 5
"""Deaths before the first input, after which a target is given up."""


class CampaignError(Exception):
    """The campaign cannot go on; one line for the user."""


class NoRoom(UserError):
    """What the campaign finds cannot be written; one line for the user."""


class Blind(CampaignError):
    """The search sees nothing: no growth, or no valid input."""


@dataclass(slots=True)
class Lane:
    """A place for a worker and the targets that take turns in it."""

    number: int
    targets: list[str]
    turn: int = 0
    process: subprocess.Popen[bytes] | None = None
    slot: Slot | None = None
    began: float = 0.0
    seen: float = 0.0
    """When it was looked at last."""
    barren: int = 0
    """Deaths in a row without an input."""
    suspect: str = ""
    """An input of the corpus in which a worker died."""
    done: set[str] = field(default_factory=set)

    @property
    def target(self) -> str:
        """Whose turn it is."""
        return self.targets[self.turn]


class Supervisor:
    """One run of a campaign, until time is up, runs are done, or a stop."""

    def __init__(
        self, folder: Folder, show: Callable[[Summary], None] = lambda _: None
    ) -> None:
        self._folder: Final = folder
        self._settings: Final[Settings] = folder.settings()
        self._show: Final = show
        self._lanes: Final = _lanes(self._settings)
        self._spent: Final = dict.fromkeys(self._settings.targets, 0.0)
        """Seconds in which there were workers of a target, in this run."""
        self._worked: Final = seconds_before(folder)
        self._born: Final = time.monotonic()
        self._recorded = 0.0
        self.stop = False
        """Set by whoever wants the end."""

    @property
    def seconds(self) -> float:
        """Time at work, over all runs of the campaign."""
        return self._worked + time.monotonic() - self._born

    @property
    def processes(self) -> list[int]:
        """Of the workers alive."""
        lanes = (lane.process for lane in self._lanes)
        return [item.pid for item in lanes if item is not None and item.poll() is None]

    def run(self) -> Summary:
        """Work; the summary. Raises CampaignError; workers are gone in any case."""
        try:
            self._settle()
            for lane in self._lanes:
                self._start(lane)
            while not self._is_over():
                for lane in self._lanes:
                    self._watch(lane)
                self._report()
                time.sleep(POLL_SECONDS)
        finally:
            self._end()
        summary = self._summary()
        self._record(summary)
        return summary

    def check_sight(self, summary: Summary) -> None:
        """Raise Blind if the search has had its time and sees nothing."""
        if summary.seconds < self._settings.blind_seconds:
            return
        for name, progress in summary.targets.items():
            seconds = max(progress.seconds, self._spent.get(name, 0.0))
            reason = blindness(progress, seconds >= self._settings.blind_seconds)
            if reason is not None:
                raise Blind(f"{name} is blind: {reason}")

    def _is_over(self) -> bool:
        limit = self._settings.seconds
        if self.stop or (limit is not None and self.seconds >= limit):
            return True
        return all(set(lane.targets) <= lane.done for lane in self._lanes)

    def _settle(self) -> None:
        """Run again what a killed run was running: it need not be at fault."""
        for lane in self._lanes:
            for target in lane.targets:
                slot = self._folder.slot(target, lane.number)
                slot.settle(again=True)
                slot.close()

    def _start(self, lane: Lane) -> None:
        lane.slot = self._folder.slot(lane.target, lane.number)
        lane.slot.stop = False
        arguments = [str(self._folder.path), lane.target, str(lane.number)]
        with open_to_append(self._log(lane)) as log:
            lane.process = start(
                "fuzz.campaign.worker", *arguments, str(os.getpid()), log=log
            )
        lane.began = lane.seen = time.monotonic()

    def _log(self, lane: Lane) -> Path:
        return self._folder.path / lane.target / f"lane-{lane.number}.log"

    def _watch(self, lane: Lane) -> None:
        if lane.process is None or lane.slot is None:
            return
        now = time.monotonic()
        self._spent[lane.target] += now - lane.seen
        lane.seen = now
        code = lane.process.poll()
        current = lane.slot.current()
        if code is not None:
            self._ended(lane, code, current)
            return
        reason = self._excess(lane.process.pid, current)
        if reason is not None:
            lane.process.kill()
            lane.process.wait()
            self._lost(lane, current, reason)
            self._restart(lane)
            return
        if len(lane.targets) > 1 and now - lane.began > self._quantum(lane):
            lane.slot.stop = True

    def _quantum(self, lane: Lane) -> float:
        """How long a turn is; by the clock only where the clock decides the end."""
        limit = self._settings.seconds
        if limit is None:
            return _QUANTUM_SECONDS if self._settings.runs is None else math.inf
        return min(_QUANTUM_SECONDS, limit / len(lane.targets))

    def _excess(self, process: int, current: Current) -> Problem | None:
        """What a worker takes too much of."""
        limit = self._settings.slice_seconds
        if current.started and time.monotonic() - current.started > limit:
            return Problem("timeout", (), "time", "", "", (f"{limit:g} s",))
        if resident_bytes(str(process)) > self._settings.memory_bytes:
            return Problem("crash", (), "memory", "", "")
        return None

    def _ended(self, lane: Lane, code: int, current: Current) -> None:
        if code == EXIT_DONE:
            assert lane.slot is not None
            if not lane.slot.stop:
                lane.done.add(lane.target)
            self._next(lane)
            return
        if code == EXIT_NO_ROOM:
            word = _last_line(self._log(lane)).removeprefix("zkos: ")
            raise NoRoom(word or f"{self._folder.path}: a worker cannot write")
        if code != EXIT_RECYCLE:
            if not current.started:
                lane.barren += 1
                if lane.barren >= _MOST_RESTARTS:
                    word = _last_line(self._log(lane)) or _death(code)
                    raise CampaignError(f"workers of {lane.target} die: {word}")
            else:
                values = (_death(code),)
                self._lost(lane, current, Problem("crash", (), _DEATH, "", "", values))
        self._restart(lane)

    def _next(self, lane: Lane) -> None:
        """The next target's turn, if one is left."""
        left = [name for name in lane.targets if name not in lane.done]
        if not left:
            lane.process = None
            return
        while True:
            lane.turn = (lane.turn + 1) % len(lane.targets)
            if lane.target in left:
                break
        self._restart(lane)

    def _restart(self, lane: Lane) -> None:
        if lane.slot is not None:
            lane.slot.close()
        self._start(lane)

    def _lost(self, lane: Lane, current: Current, problem: Problem) -> None:
        """Save what a dead worker was running; the next one passes it over."""
        assert lane.slot is not None
        lane.barren = 0
        save_lost(self._folder, lane.target, lane.number, problem, current.recipe)
        if current.recipe.making is Making.GIVEN:
            name = current.recipe.parent
            # A worker may be killed from outside: no input is lost to that.
            if problem.layer != _DEATH or name == lane.suspect:
                self._folder.quarantine(lane.target, name)
            lane.suspect = name
        lane.slot.settle(again=False)

    def _report(self) -> None:
        summary = self._summary()
        self._show(summary)
        if self.seconds - self._recorded >= _HISTORY_SECONDS:
            self._record(summary)
            self.check_sight(summary)

    def _summary(self) -> Summary:
        return summarise(self._folder, self.seconds, self.processes)

    def _record(self, summary: Summary) -> None:
        self._recorded = self.seconds
        self._folder.append_history(summary.row())

    def _end(self) -> None:
        """Ask all workers to end, then make them."""
        alive = [lane for lane in self._lanes if lane.process is not None]
        for lane in alive:
            if lane.slot is not None:
                lane.slot.stop = True
        deadline = time.monotonic() + STOP_SECONDS
        for lane in alive:
            assert lane.process is not None
            try:
                lane.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                lane.process.kill()
                lane.process.wait()


def blindness(progress: Progress, has_had_time: bool) -> str | None:
    """Why a search that had its time sees nothing, or None."""
    if not has_had_time:
        return None
    if progress.executions == 0:
        return "no input was run"
    if progress.features == 0 or progress.entries == 0:
        return "nothing that was run reached anything"
    if progress.entries <= 1 and progress.executions > 1:
        return f"no growth in {progress.executions} executions"
    if progress.included + progress.reverted == 0:
        return f"none of {progress.executions} inputs was valid"
    return None


def _lanes(settings: Settings) -> list[Lane]:
    targets, jobs = list(settings.targets), settings.jobs
    if jobs >= len(targets):
        return [Lane(n, [targets[n % len(targets)]]) for n in range(jobs)]
    return [Lane(n, targets[n::jobs]) for n in range(jobs)]


def seconds_before(folder: Folder) -> float:
    """Time at work in earlier runs of a campaign."""
    history = folder.history()
    return float(history[-1]["seconds"]) if history else 0.0


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
