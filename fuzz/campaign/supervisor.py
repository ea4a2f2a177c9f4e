"""The campaign's supervisor: says what lanes work on, keeps the history, sees the end.

It computes nothing itself, so it can always answer, also to Ctrl-C. Who runs the
workers, on which machines, is the crew's affair.
"""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from fuzz.campaign.budget import Budget
from fuzz.campaign.crew import Crew
from fuzz.campaign.folder import BY_YIELD, Folder, Settings
from fuzz.campaign.post import Standing, State
from fuzz.campaign.roster import Row, write_roster
from fuzz.campaign.slot import Progress
from fuzz.campaign.summary import Summary, summarise
from zkos.terminal.errors import UserError

_HISTORY_SECONDS: Final = 5.0
_ROSTER_SECONDS: Final = 1.0
_QUANTUM_SECONDS: Final = 60.0
"""A worker with several targets changes after this long."""


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
    began: float = 0.0
    seen: float = 0.0
    """When it was looked at last."""
    standing: Standing | None = None
    done: set[str] = field(default_factory=set)

    @property
    def target(self) -> str:
        """Whose turn it is."""
        return self.targets[self.turn]

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left for it to do."""
        return set(self.targets) <= self.done


class Supervisor:
    """One run of a campaign, until time is up, runs are done, or a stop."""

    def __init__(
        self,
        folder: Folder,
        crew: Crew,
        show: Callable[[Summary], None] = lambda _: None,
    ) -> None:
        self._folder: Final = folder
        self._settings: Final[Settings] = folder.settings()
        self._show: Final = show
        self._crew: Final = crew
        by_yield = self._settings.turns == BY_YIELD and len(self._settings.targets) > 1
        self._budget: Final = Budget(folder) if by_yield else None
        self._lanes: Final[list[Lane]] = []
        self._spent: Final = dict.fromkeys(self._settings.targets, 0.0)
        """Seconds in which there were workers of a target, in this run."""
        self._worked: Final = seconds_before(folder)
        self._born: Final = time.monotonic()
        self._recorded = self._rostered = 0.0
        self.stop = False
        """Set by whoever wants the end."""

    @property
    def seconds(self) -> float:
        """Time at work, over all runs of the campaign."""
        return self._worked + time.monotonic() - self._born

    def run(self) -> Summary:
        """Work; the summary. Raises CampaignError; workers are gone in any case."""
        try:
            while not self._is_over():
                self._staff()
                for lane, standing in self._crew.look().items():
                    self._see(self._lanes[lane], standing)
                self._report()
                time.sleep(self._crew.poll_seconds)
        finally:
            self._crew.end()
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
        return bool(self._lanes) and all(lane.is_done for lane in self._lanes)

    def _staff(self) -> None:
        """Have every lane at work that the crew has by now."""
        number = self._crew.lanes
        if self._budget is not None:
            targets = self._settings.targets
            known = len(self._lanes)
            new = [
                Lane(n, list(targets), n % len(targets)) for n in range(known, number)
            ]
            self._lanes.extend(new)
        elif not self._lanes:
            self._lanes.extend(_lanes(self._settings.targets, number))
            new = self._lanes
        else:
            targets = self._settings.targets
            new = [
                Lane(n, [targets[n % len(targets)]])
                for n in range(len(self._lanes), number)
            ]
            self._lanes.extend(new)
        for lane in list(new):
            self._begin(lane)

    def _begin(self, lane: Lane) -> None:
        self._crew.begin(lane.number, lane.target)
        lane.began = lane.seen = time.monotonic()

    def _see(self, lane: Lane, standing: Standing) -> None:
        """Act on how a worker stands."""
        now = time.monotonic()
        lane.standing = standing
        if standing.state is State.WORKING:
            self._spent[lane.target] += now - lane.seen
        lane.seen = now
        match standing.state:
            case State.NO_ROOM:
                raise NoRoom(standing.word)
            case State.FAILED:
                raise CampaignError(f"workers of {lane.target} die: {standing.word}")
            case State.DONE | State.STOPPED if not lane.is_done:
                if standing.state is State.DONE:
                    lane.done.add(lane.target)
                self._next(lane)
            case State.WORKING:
                if len(lane.targets) > 1 and now - lane.began > self._quantum(lane):
                    self._crew.release(lane.number)

    def _quantum(self, lane: Lane) -> float:
        """How long a turn is; by the clock only where the clock decides the end."""
        limit = self._settings.seconds
        if limit is None:
            return _QUANTUM_SECONDS if self._settings.runs is None else math.inf
        return min(_QUANTUM_SECONDS, limit / len(lane.targets))

    def _next(self, lane: Lane) -> None:
        """The next target's turn, if one is left."""
        if lane.is_done:
            return
        if self._budget is not None:
            found = Counter(item.target for item in self._folder.findings())
            chosen = self._budget.next(lane.number, self._summary(), found)
            lane.turn = lane.targets.index(chosen)
        else:
            lane.turn = (lane.turn + 1) % len(lane.targets)
        while lane.target in lane.done:
            lane.turn = (lane.turn + 1) % len(lane.targets)
        self._begin(lane)

    def _report(self) -> None:
        summary = self._summary()
        self._show(summary)
        if time.monotonic() - self._rostered >= _ROSTER_SECONDS:
            self._rostered = time.monotonic()
            write_roster(self._folder.path, self._rows(), self._crew.trouble)
        if self.seconds - self._recorded >= _HISTORY_SECONDS:
            self._record(summary)
            self.check_sight(summary)

    def _summary(self) -> Summary:
        resident = sum(row.resident for row in self._rows())
        return summarise(self._folder, self.seconds, resident)

    def _rows(self) -> list[Row]:
        """How all lanes stand."""
        rows = []
        for lane in self._lanes:
            seen = lane.standing
            if seen is None:
                continue
            rows.append(
                Row(
                    lane.number,
                    lane.target,
                    seen.state.value,
                    seen.node,
                    seen.resident,
                    round(seen.busy_seconds, 1),
                    seen.deaths,
                    seen.silent_seconds,
                )
            )
        return rows

    def _record(self, summary: Summary) -> None:
        self._recorded = self.seconds
        self._folder.append_history(summary.row())


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


def _lanes(targets: tuple[str, ...], number: int) -> list[Lane]:
    if number >= len(targets):
        return [Lane(n, [targets[n % len(targets)]]) for n in range(number)]
    return [Lane(n, list(targets[n::number])) for n in range(number)]


def seconds_before(folder: Folder) -> float:
    """Time at work in earlier runs of a campaign."""
    history = folder.history()
    return float(history[-1]["seconds"]) if history else 0.0
