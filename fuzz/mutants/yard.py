"""Where many faults of the guest are planted and hunted, one after the other.

The plain OS, its conversations and whatever else hunts share are made once. Each fault
is built and hunted in a child of this process.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, Final

from differential.runners import native
from differential.runners.base import Ending
from fuzz.coverage.target import Problem
from fuzz.mutants.blocks import TURNS
from fuzz.mutants.forks import in_child
from fuzz.mutants.mutant import source_of
from fuzz.mutants.pool import Pool, Recording, Turn, replay
from fuzz.mutants.quick import quick_library
from fuzz.mutants.workshop import Elsewhere, Workshop
from fuzz.targets.block_engines import BlockEngine
from zkos.compiler.errors import CompileError
from zkos.compiler.native import NativeLibrary
from zkos.compiler.variant import Variant
from zkos.host.channel import QueryChannel
from zkos.host.profile import RunOptions
from zkos.lang.linkage import Patch

Tell = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Built:
    """A changed build, and which functions of the plain one it changes."""

    library: NativeLibrary
    mask: int
    """Bits of functions; those of everything if the change is outside of functions."""
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trail:
    """What a hunt came to."""

    found: bool = False
    what: str = ""
    """What gave the fault away, or why it could not be hunted."""
    case: int = -1
    """Number of the case that did."""
    runs: int = 0
    """Conversations held."""
    reached: int = 0
    """Recorded conversations that enter a changed function."""
    refused: bool = False
    """The change breaks a rule of the language."""
    build_seconds: float = 0.0
    seconds: float = 0.0
    """Of a core, for the hunt."""


@dataclass
class Yard:
    """All that hunts share."""

    seed: int = 1
    workshop: Workshop = field(default_factory=Workshop)
    recordings: list[Recording] = field(default_factory=list)
    cases: int = 0
    """Recorded so far."""

    @cached_property
    def plain(self) -> NativeLibrary:
        """The plain program."""
        return self.workshop.library()

    @cached_property
    def pool(self) -> Pool:
        """The recorder."""
        turns = [Turn(kind, options) for kind, options in TURNS]
        plain = self.plain
        return Pool(plain, lambda: self.workshop.entered(plain), turns, self.seed)

    def grow(self, cases: int) -> None:
        """Record cases until there are so many."""
        for made in self.pool.recordings(range(self.cases, cases)):
            self.recordings += made
        self.cases = max(self.cases, cases)

    def build(self, patches: Sequence[Patch]) -> Built:
        """A changed build, in this process. Raises CompileError."""
        workshop = self.workshop
        try:
            changed = workshop.functions_changed(patches)
            piece = workshop.piece(changed)
        except Elsewhere:
            library = quick_library(Variant(patches=tuple(patches)))
            return Built(library, -1, ())
        return Built(workshop.library(piece), workshop.mask(changed), piece.names)

    def hunt(self, patches: Sequence[Patch], seconds: float) -> Trail:
        """Build and hunt a fault in a child, for so many seconds of a core."""

        def work(tell: Tell) -> dict[str, Any]:
            begun = time.process_time()
            try:
                built = self.build(patches)
            except CompileError as error:
                first = str(error).splitlines()[0]
                return {"refused": True, "what": first.rpartition("/")[2]}
            started = time.process_time()
            tell({"build_seconds": round(started - begun, 3)})
            trail = self._chase(built, started + seconds, tell)
            return {
                **trail,
                "build_seconds": round(started - begun, 3),
                "seconds": round(time.process_time() - started, 3),
            }

        _ = self.plain, self.pool
        return trail_of(in_child(work, seconds + BUILD_SECONDS))

    def _chase(self, built: Built, end: float, tell: Tell) -> dict[str, Any]:
        """Recorded conversations first, then new cases."""
        reaching = [item for item in self.recordings if item.reached & built.mask]
        seen = {"reached": len(reaching)}
        for runs, recording in enumerate(reaching):
            tell({"case": recording.case, "runs": runs, **seen})
            problem = replay(built.library, recording)
            if problem is not None:
                return {**_found(problem, recording.case), "runs": runs + 1, **seen}
            if time.process_time() > end:
                return {"runs": runs + 1, **seen}
        runs = len(reaching)
        for number in self._numbers(end):
            tell({"case": number, "runs": runs, **seen})
            problem = self.attempt(built.library, number)
            runs += 1
            if problem is not None:
                return {**_found(problem, number), "runs": runs, **seen}
        return {"runs": runs, **seen}

    def _numbers(self, end: float) -> Iterable[int]:
        """Cases that were not recorded, until the time is over."""
        for number in count(self.cases):
            if time.process_time() > end:
                return
            yield number

    def attempt(self, library: NativeLibrary, number: int) -> Problem | None:
        """Run case `number` on a changed build and on the plain one."""
        kind, options = TURNS[number % len(TURNS)]
        engines = [engine("native*", library), engine("native", self.plain)]
        target = kind("mutant", engines, options)
        return target.run(target.generate(source_of(self.seed, number))).problem


def engine(name: str, library: NativeLibrary) -> BlockEngine:
    """A build that leaves its arena clean for others."""

    def run(channel: QueryChannel, options: RunOptions) -> Ending:
        ending = native.run_library(library, channel, options)
        library.reset()
        return ending

    return BlockEngine(name, run)


def _found(problem: Problem, case: int) -> dict[str, Any]:
    place = f"{problem.layer} {problem.where}".strip()
    what = f"{problem.kind}: {place} {problem.site}".strip()
    return {"found": True, "what": what[:200], "case": case}


def trail_of(done: Any) -> Trail:
    """The trail a child left; a death after the build has found the fault, too."""
    if done.answer is not None:
        return Trail(**done.answer)
    told = done.told or {}
    if "runs" not in told:
        return Trail(what=f"{NO_HUNT}: {done.died}", build_seconds=done.seconds)
    return Trail(
        found=True,
        what=done.died,
        case=told["case"],
        runs=told["runs"] + 1,
        reached=told.get("reached", 0),
        seconds=round(done.seconds, 3),
    )


BUILD_SECONDS: Final = 30.0
NO_HUNT: Final = "no hunt"
