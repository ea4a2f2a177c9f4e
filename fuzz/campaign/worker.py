"""A worker: one target, one stream of inputs, in a process that may die at any time.

Everything worth keeping is on disk before the next input begins. Started by the
supervisor as `python -m fuzz.campaign.worker FOLDER TARGET LANE PROCESS`.
"""

import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.child import collect_rarely, die_with
from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.lost import save_lost, save_recipe
from fuzz.campaign.outbox import ENTRY, Mark, packed
from fuzz.campaign.slot import Progress, Slot
from fuzz.corpus import Corpus
from fuzz.coverage.engine import Hooks, Making, Recipe, Search
from fuzz.coverage.pool import Entry
from fuzz.coverage.target import Problem, Target
from fuzz.targets.catalogue import load_target
from zkos.terminal.ending import warn
from zkos.terminal.files import FileError

EXIT_DONE: Final = 0
EXIT_RECYCLE: Final = 75
"""The worker is well but large: start it again."""
EXIT_NO_ROOM: Final = 74
"""What was found cannot be written; the last line of the log says why."""
_PUBLISH_SECONDS: Final = 0.25
_EXCHANGE_SECONDS: Final = 5.0
_RECYCLE_SHARE: Final = 0.7
_SLOW_SHARE: Final = 0.25
"""An input that takes this much of its slice is a finding."""


class Worker:
    """The life of a worker, from reading the corpus to the stop."""

    def __init__(self, folder: Folder, target: Target[Any], lane: int) -> None:
        self._folder: Final = folder
        self._settings: Final[Settings] = folder.settings()
        self._target: Final = target
        self._lane: Final = lane
        self._slot: Final[Slot] = folder.slot(target.name, lane)
        self._corpus: Final = folder.corpus(target.name, target.suffix)
        self._seeds: Final = folder.seeds(target.name, target.suffix)
        self._before: Final = self._slot.progress()
        self._born: Final = time.monotonic()
        self._published = self._born
        self._last_new = self._before.last_new
        self._memory: Final = folder.memory(target.name, lane)
        self._known: set[str] = set()
        hooks: Hooks[Any] = Hooks(self._begin, self._keep, self._found, self._unmade)
        self._search: Search[Any] = Search(
            target,
            self._settings.seed,
            lane,
            self._before.iteration,
            hooks=hooks,
        )

    def run(self) -> int:
        """Search until stopped; the exit code."""
        self._known |= self._memory.restore(
            self._search.pool, self._corpus.read_whole, self._target.decode
        )
        self._read_seeds()
        self._exchange()
        runs = self._settings.runs
        exchanged = time.monotonic()
        while not self._slot.stop:
            if runs is not None and self._search.iteration >= runs:
                break
            with self._timed():
                self._search.step()
            now = time.monotonic()
            if self._publish_at_times() and runs is None and self._is_large():
                self._finish()
                return EXIT_RECYCLE
            if self._settings.jobs > 1 and now - exchanged > _EXCHANGE_SECONDS:
                self._exchange()
                exchanged = time.monotonic()
        self._finish()
        return EXIT_DONE

    def _finish(self) -> None:
        self._slot.end()
        self._publish()

    def _read_seeds(self) -> None:
        """Offer what the campaign began with."""
        for name in sorted(self._seeds.names()):
            self._take(self._seeds, name)

    def _exchange(self) -> None:
        """Take over what is on disk and not yet known."""
        for name in self._corpus.names():
            self._take(self._corpus, name)

    def _take(self, corpus: Corpus, name: str) -> None:
        """Offer an input that is not known."""
        if name not in self._known and not self._slot.stop:
            self._known.add(name)
            self._offer(corpus, name)
            self._publish_at_times()

    def _offer(self, corpus: Corpus, name: str) -> None:
        try:
            content = corpus.read_whole(name)
            with self._timed():
                self._search.offer(content)
            if name not in self._search.pool:
                self._memory.pass_over(name)
        except (FileError, ValueError):
            return  # damaged, or not an input of this version of the target

    def _begin(self, recipe: Recipe) -> None:
        if recipe.making is Making.GIVEN:
            self._slot.begin(self._search.iteration, recipe)
        else:
            self._slot.begin(self._search.iteration - 1, recipe)

    def _keep(self, entry: Entry[Any], content: bytes, old: Entry[Any] | None) -> None:
        self._known.add(entry.name)
        self._corpus.add(content)
        self._memory.keep(entry, old)
        if self._folder.outbox.is_open:
            first = packed(entry.first)
            mark = Mark(ENTRY, entry.name, self._target.name, first, entry.cost)
            self._folder.outbox.put(mark)
        self._last_new = time.time()

    def _found(self, problem: Problem, value: Any, recipe: Recipe) -> None:
        finding = Finding(
            problem.name,
            self._target.name,
            problem,
            time.time(),
            self._lane,
            self._search.iteration,
        )
        content = self._target.encode(value)
        self._folder.save_finding(finding, content, self._target.suffix)

    def _unmade(self, problem: Problem, recipe: Recipe) -> None:
        save_recipe(self._folder, self._target.name, self._lane, problem, recipe)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Remember an input that ends, but too late."""
        started = self._own_seconds()
        yield
        taken = self._own_seconds() - started
        if taken > _SLOW_SHARE * self._settings.slice_seconds:
            self._slow(taken)

    def _own_seconds(self) -> float:
        return time.process_time() - self._search.totals.peer_seconds

    def _slow(self, seconds: float) -> None:
        recipe = self._slot.current().recipe
        problem = Problem("slow", (), "time", "", "", (f"{seconds:.0f} s",))
        save_lost(self._folder, self._target.name, self._lane, problem, recipe)

    def _publish_at_times(self) -> bool:
        """Say how far it is, if that was not said lately; whether it was said."""
        if time.monotonic() - self._published <= _PUBLISH_SECONDS:
            return False
        self._publish()
        self._published = time.monotonic()
        return True

    def _publish(self) -> None:
        totals, pool, before = self._search.totals, self._search.pool, self._before
        self._memory.doubt(pool.unstable)
        self._slot.write(
            Progress(
                seconds=before.seconds + time.monotonic() - self._born,
                executions=before.executions + totals.executions,
                included=before.included + totals.included,
                reverted=before.reverted + totals.reverted,
                rejected=before.rejected + totals.rejected,
                problems=before.problems + totals.problems,
                coverage=pool.coverage,
                features=pool.features,
                entries=len(pool.entries),
                weight=pool.bytes,
                iteration=self._search.iteration,
                last_new=self._last_new,
                compared=before.compared + totals.compared,
                repeated=before.repeated + totals.repeated,
                unstable=pool.unstable.bit_count(),
            )
        )

    def _is_large(self) -> bool:
        return resident_bytes() > _RECYCLE_SHARE * self._settings.memory_bytes


def resident_bytes(process: str = "self") -> int:
    """Memory a process occupies; 0 if it is gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    path, name, lane, supervisor = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with(int(supervisor))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    target = load_target(name)
    collect_rarely()
    try:
        return Worker(Folder(Path(path)), target, int(lane)).run()
    except OSError as error:
        # What an input does is caught where it runs: this is the folder's disk.
        warn(f"{error.filename or path}: {error.strerror}")
        return EXIT_NO_ROOM


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
