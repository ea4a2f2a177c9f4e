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

from fuzz.adversary.campaign import Campaign, HonestRejected
from fuzz.adversary.engines import NativeEngine
from fuzz.adversary.scenes import scenes
from fuzz.coverage.target import Problem
from fuzz.mutants.blocks import TURNS, engine
from fuzz.mutants.forks import in_child
from fuzz.mutants.mutant import source_of
from fuzz.mutants.pool import Pool, Recording, Turn, replay
from fuzz.mutants.workshop import Built, Workshop
from zkos.compiler.errors import CompileError
from zkos.compiler.native import NativeLibrary
from zkos.lang.linkage import Patch

Tell = Callable[[Any], None]


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
    _rehearsed: bool = False

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

    def hunt(
        self, patches: Sequence[Patch], seconds: float, *, by_lies: bool = False
    ) -> Trail:
        """Build and hunt a fault in a child, for so many seconds of a core.

        `by_lies`: with the host that lies, instead of blocks.
        """

        def work(tell: Tell) -> dict[str, Any]:
            begun = time.process_time()
            try:
                built = self.workshop.build(patches)
            except CompileError as error:
                first = str(error).splitlines()[0]
                return {"refused": True, "what": first.rpartition("/")[2]}
            started = time.process_time()
            tell({"build_seconds": round(started - begun, 3)})
            chase = self._lie if by_lies else self._chase
            trail = chase(built, started + seconds, tell)
            return {
                **trail,
                "build_seconds": round(started - begun, 3),
                "seconds": round(time.process_time() - started, 3),
            }

        self._prepare(by_lies=by_lies)
        return trail_of(in_child(work, seconds + BUILD_SECONDS))

    def _prepare(self, *, by_lies: bool) -> None:
        """Make what children share before they are there."""
        _ = self.plain, self.pool
        if by_lies and not self._rehearsed:
            liars(self.plain, self.seed)
            self.plain.reset()
            self._rehearsed = True

    def _lie(self, built: Built, end: float, tell: Tell) -> dict[str, Any]:
        attempt = liars(built.library, self.seed)
        for number in count():
            tell({"case": number, "runs": number})
            what = attempt(number)
            if what is not None:
                found = {"found": True, "what": what[:200], "case": number}
                return {**found, "runs": number + 1}
            if time.process_time() > end:
                break
        return {"runs": number + 1}

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


def told(problem: Problem) -> str:
    """What gave a fault away, in a line."""
    place = f"{problem.layer} {problem.where}".strip()
    return f"{problem.kind}: {place} {problem.site}".strip()


def liars(library: NativeLibrary, seed: int) -> Callable[[int], str | None]:
    """The hunt by lies: whether attack `number` succeeds on a build, and how."""
    try:
        campaign = Campaign(NativeEngine(library), scenes(), seed)
    except HonestRejected as error:
        rejected = f"honest answers rejected: {error}"
        return lambda _: rejected

    def attempt(number: int) -> str | None:
        stage, attack, trial = campaign.trial(number)
        if not trial.verdict.is_bad:
            return None
        return f"{trial.verdict.value}: {attack.kind} on {stage.name}"

    return attempt


def _found(problem: Problem, case: int) -> dict[str, Any]:
    return {"found": True, "what": told(problem)[:200], "case": case}


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
