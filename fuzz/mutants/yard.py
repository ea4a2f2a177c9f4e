"""The ground for faults in the guest: conversations, new cases, and liars."""

from collections.abc import Callable
from functools import cached_property
from itertools import count
from typing import Final

from fuzz.adversary.campaign import Campaign, HonestRejected
from fuzz.adversary.engines import NativeEngine
from fuzz.adversary.scenes import scenes
from fuzz.coverage.target import Problem
from fuzz.mutants.blocks import engine, hunt_of, turns_of
from fuzz.mutants.grounds import Fields, Ground, Tell, begin_case, found, until
from fuzz.mutants.pieces import Built
from fuzz.mutants.pool import Pool, Recording, Turn, replay
from fuzz.mutants.workshop import Workshop, workshop_of
from zkos.compiler.native import NativeLibrary
from zkos.versions import DEFAULT, Protocol


class Yard(Ground):
    """The guest, with the plain build as peer."""

    def __init__(
        self,
        seed: int = 1,
        workshop: Workshop | None = None,
        protocol: Protocol = DEFAULT,
    ) -> None:
        super().__init__(workshop or workshop_of(protocol))
        self.protocol: Final = protocol
        self._turns: Final = turns_of(protocol)
        self.seed: Final = seed
        self.recordings: list[Recording] = []
        self.cases = 0
        """Recorded so far."""
        self._rehearsed = False

    @cached_property
    def pool(self) -> Pool:
        """The recorder."""
        turns = [Turn(kind, options) for kind, options in self._turns]
        shop, plain = self.workshop, self.plain
        return Pool(plain, lambda: shop.entered(plain), turns, self.seed)

    def grow(self, cases: int) -> None:
        """Record cases until there are so many."""
        for made in self.pool.recordings(range(self.cases, cases)):
            self.recordings += made
        self.cases = max(self.cases, cases)

    def prepare(self) -> None:
        """Make what children share."""
        _ = self.pool

    def rehearse(self) -> None:
        """Make what hunts by lies share."""
        if not self._rehearsed:
            liars(self.plain, self.seed, self.protocol)
            self.plain.reset()
            self._rehearsed = True

    def reaching(self, built: Built) -> list[Recording]:
        """The conversations that enter a changed function."""
        return [item for item in self.recordings if item.reached & built.mask]

    def chase(self, built: Built, end: float, tell: Tell) -> Fields:
        """Recorded conversations first, then new cases."""
        reaching = self.reaching(built)
        seen = {"reached": len(reaching)}
        for runs in until(end, iter(range(len(reaching)))):
            recording = reaching[runs]
            begin_case(tell, recording.case, runs, len(reaching))
            problem = replay(built.library, recording)
            if problem is not None:
                return seen | {"runs": runs + 1} | found(told(problem), recording.case)
        runs = len(reaching)
        for number in until(end, count(self.cases)):
            begin_case(tell, number, runs, len(reaching))
            problem = self.attempt(built.library, number)
            runs += 1
            if problem is not None:
                return seen | {"runs": runs} | found(told(problem), number)
        return seen | {"runs": runs}

    def attempt(self, library: NativeLibrary, number: int) -> Problem | None:
        """Run case `number` on a changed build and on the plain one."""
        kind, options = self._turns[number % len(self._turns)]
        engines = [engine("native*", library), engine("native", self.plain)]
        return hunt_of(kind, options, engines)(self.seed, number)

    def lie(self, built: Built, end: float, tell: Tell) -> Fields:
        """The hunt with a host that lies."""
        attempt = liars(built.library, self.seed, self.protocol)
        runs = 0
        for number in until(end, count()):
            begin_case(tell, number, number)
            what = attempt(number)
            runs = number + 1
            if what is not None:
                return {"runs": runs} | found(what, number)
        return {"runs": runs}


def told(problem: Problem) -> str:
    """What gave a fault away, in a line."""
    place = f"{problem.layer} {problem.where}".strip()
    return f"{problem.kind}: {place} {problem.site}".strip()


def liars(
    library: NativeLibrary, seed: int, protocol: Protocol = DEFAULT
) -> Callable[[int], str | None]:
    """The hunt by lies: whether attack `number` succeeds on a build, and how."""
    engine = NativeEngine(library)
    try:
        campaign = Campaign(engine, scenes(protocol), seed, protocol=protocol)
    except HonestRejected as error:
        rejected = f"honest answers rejected: {error}"
        return lambda _: rejected

    def attempt(number: int) -> str | None:
        stage, attack, trial = campaign.trial(number)
        if not trial.verdict.is_bad:
            return None
        return f"{trial.verdict.value}: {attack.kind} on {stage.name}"

    return attempt
