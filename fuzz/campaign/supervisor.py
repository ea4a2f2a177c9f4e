"""The campaign's supervisor: starts workers, watches them, keeps the history.

It computes nothing itself, so it can always answer: an input over its time, a worker
over its memory, Ctrl-C. A worker that dies is replaced; what it ran is a finding.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.lost import remake, save_lost
from fuzz.campaign.slot import Current, Progress, Slot
from fuzz.campaign.summary import Summary, summarise
from fuzz.campaign.worker import EXIT_DONE, EXIT_RECYCLE, resident_bytes
from fuzz.coverage.engine import Making
from fuzz.coverage.target import Problem, Target
from fuzz.targets.catalogue import load_target

ROOT: Final = Path(__file__).resolve().parents[2]
POLL_SECONDS: Final = 0.2
STOP_SECONDS: Final = 1.0
"""Workers that have not ended by then are killed: nothing is lost."""
_HISTORY_SECONDS: Final = 5.0
_QUANTUM_SECONDS: Final = 60.0
"""A worker with several targets changes after this long."""
_MOST_RESTARTS: Final = 5
"""Deaths before the first input, after which a target is given up."""


class CampaignError(Exception):
    """The campaign cannot go on; one line for the user."""


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
    barren: int = 0
    """Deaths in a row without an input."""
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
        self._targets: dict[str, Target[Any]] = {}
        self._worked: Final = _seconds_before(folder)
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
        self._folder.sweep()
        try:
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
            reason = blindness(
                progress, progress.seconds >= self._settings.blind_seconds
            )
            if reason is not None:
                raise Blind(f"{name} is blind: {reason}")

    def _is_over(self) -> bool:
        limit = self._settings.seconds
        if self.stop or (limit is not None and self.seconds >= limit):
            return True
        return all(set(lane.targets) <= lane.done for lane in self._lanes)

    def _start(self, lane: Lane) -> None:
        lane.slot = self._folder.slot(lane.target, lane.number)
        lane.slot.stop = False
        command = [sys.executable, "-m", "fuzz.campaign.worker"]
        command += [str(self._folder.path), lane.target, str(lane.number)]
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        errors = (self._folder.path / lane.target / f"lane-{lane.number}.log").open(
            "ab"
        )
        with errors:
            lane.process = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
        lane.began = time.monotonic()

    def _watch(self, lane: Lane) -> None:
        if lane.process is None or lane.slot is None:
            return
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
        turn = time.monotonic() - lane.began
        if len(lane.targets) > 1 and turn > self._quantum(lane):
            lane.slot.stop = True

    def _quantum(self, lane: Lane) -> float:
        limit = self._settings.seconds
        share = _QUANTUM_SECONDS if limit is None else limit / len(lane.targets)
        return min(_QUANTUM_SECONDS, share)

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
        if code != EXIT_RECYCLE:
            if not current.started:
                lane.barren += 1
                if lane.barren >= _MOST_RESTARTS:
                    log = self._folder.path / lane.target / f"lane-{lane.number}.log"
                    raise CampaignError(_last_line(log, lane.target))
            else:
                values = (_death(code),)
                self._lost(
                    lane, current, Problem("crash", (), "worker", "", "", values)
                )
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
        """Save what a dead worker was running."""
        lane.barren = 0
        target = self._target(lane.target)
        content = remake(self._folder, target, current.recipe)
        if content is not None:
            save_lost(self._folder, target, lane.number, problem, content)
        if current.recipe.making is Making.GIVEN:
            name = current.recipe.parent
            self._folder.quarantine(target.name, name, target.suffix)

    def _target(self, name: str) -> Target[Any]:
        if name not in self._targets:
            self._targets[name] = load_target(name)
        return self._targets[name]

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


def _seconds_before(folder: Folder) -> float:
    history = folder.history()
    return float(history[-1]["seconds"]) if history else 0.0


def _death(code: int) -> str:
    if code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _last_line(log: Path, target: str) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"workers of {target} do not start: {lines[-1] if lines else 'no word'}"
