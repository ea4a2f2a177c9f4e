"""Many attacks in a row on many scenes, reproducible one by one.

Attack `n` of a seed is drawn from that seed, that number and its scene alone.
"""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from differential.outcome import Result
from fuzz.adversary.attack import Attack, Attacker
from fuzz.adversary.engines import Engine
from fuzz.adversary.judge import Trial, judge
from fuzz.adversary.knowledge import Knowledge
from fuzz.adversary.stage import Stage
from fuzz.strategies.source import RandomSource
from zkos.host.case import Case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.versions import DEFAULT
from zkos.versions import Protocol as Version

PROFILES: Final = tuple(Profile)
ROUNDS: Final = 20
"""How often all other scenes have their turn before those with blobs have theirs."""


class HonestRejected(Exception):
    """The guest refused honest answers: a finding of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An attack with a bad verdict; seed, scene and number reproduce it."""

    seed: int
    scene: str
    number: int
    kind: str
    verdict: str
    reason: str
    about: str
    """Which fields of which answers were lies: the same for the same fault."""
    seconds: float


@dataclass(slots=True)
class Tally:
    """What came of the attacks so far."""

    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Attacks by scheme and verdict."""
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0
    """By the clock."""
    slowest: float = 0.0
    """Seconds of a core that one attack took."""

    @property
    def count(self) -> int:
        """Attacks judged."""
        return self.verdicts.total()


class AttackedStage(Protocol):
    """Where an attack takes place."""

    @property
    def name(self) -> str:
        """Of the scene."""


class DrawnAttack(Protocol):
    """An attack of whatever kind a campaign draws."""

    @property
    def kind(self) -> str:
        """The scheme it was drawn by."""


class Attacks(ABC):
    """Attacks by number on an engine; `trial` says what they are."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self._engine: Final = engine
        self._seed: Final = seed

    @abstractmethod
    def trial(self, number: int) -> tuple[AttackedStage, DrawnAttack, Trial]:
        """Attack `number` of the seed, judged."""

    def run(
        self, numbers: range, tally: Tally, *, time_limit: float | None = None
    ) -> Iterator[Finding]:
        """Judge attacks until the end of the numbers or of time; bad ones as found."""
        started = time.perf_counter()
        before = tally.seconds
        clock = time.process_time()
        for number in numbers:
            stage, attack, trial = self.trial(number)
            now = time.process_time()
            took, clock = now - clock, now
            tally.seconds = before + time.perf_counter() - started
            tally.slowest = max(tally.slowest, took)
            tally.verdicts[trial.verdict.value] += 1
            tally.kinds[attack.kind, trial.verdict.value] += 1
            verdict = complaint(trial, took, self._engine.slow_seconds)
            if verdict is not None:
                finding = Finding(
                    self._seed,
                    stage.name,
                    number,
                    attack.kind,
                    verdict,
                    trial.reason,
                    trial.about,
                    took,
                )
                tally.findings.append(finding)
                yield finding
            if time_limit is not None and tally.seconds - before > time_limit:
                return


class Campaign(Attacks):
    """Attacks by number. Stages are rehearsed with the engine under attack."""

    def __init__(
        self,
        engine: Engine,
        cases: Mapping[str, Case],
        seed: int,
        quirks: Quirks = Quirks.NONE,
        protocol: Version = DEFAULT,
    ) -> None:
        super().__init__(engine, seed)
        self._protocol: Final = protocol
        rehearsed = [
            self._rehearsed(f"{name}/{profile.value}", case, profile, quirks)
            for name, case in cases.items()
            for profile in PROFILES
        ]
        cheap = [item for item in rehearsed if not item[0].has_blobs]
        dear = [item for item in rehearsed if item[0].has_blobs]
        self._turns: Final = [*cheap * ROUNDS, *dear]

    def _rehearsed(
        self, name: str, case: Case, profile: Profile, quirks: Quirks
    ) -> tuple[Stage, Attacker]:
        options = RunOptions(profile, Mode.PROVING, quirks, report=False).word()
        stage = Stage(name, case, options, self._protocol)
        ending = stage.rehearse(self._engine)
        if ending.result is not Result.SUCCESS:
            raise HonestRejected(f"{name}: {ending.result.value} {ending.reason}")
        knowledge = Knowledge(stage, self._engine, RandomSource(self._seed))
        return stage, Attacker(knowledge)

    def attack(self, number: int) -> tuple[Stage, Attack]:
        """Attack `number` of the seed."""
        stage, attacker = self._turns[number % len(self._turns)]
        return stage, attacker.draw(RandomSource((self._seed << 40) + number))

    def trial(self, number: int) -> tuple[Stage, Attack, Trial]:
        """Attack `number`, judged."""
        stage, attack = self.attack(number)
        return stage, attack, judge(self._engine, stage, attack)


def complaint(trial: Trial, seconds: float, most: float) -> str | None:
    """What is wrong with an attack that took so long; None if nothing is."""
    if trial.verdict.is_bad:
        return str(trial.verdict.value)
    return "slow" if seconds > most else None
