"""The search: choose, change, run, keep what is new or smaller.

Every input follows from a `Recipe`: a seed and the names of inputs that are kept on
disk. So an input that killed its process can be made again by another one.
"""

import hashlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final, Generic, TypeVar

from fuzz.coverage.pool import Entry, Pool
from fuzz.coverage.target import Observation, Problem, Target
from fuzz.strategies.source import RandomSource

I = TypeVar("I")  # noqa: E741 (an input)
MAKING_LAYER: Final = "making an input"
"""Layer of a problem of generators and mutators."""
_GENERATE_PERCENT: Final = 12
_SEED_BITS: Final = 64


class Making(IntEnum):
    """How an input is made."""

    GENERATE = 0
    MUTATE = 1
    GIVEN = 2
    """Read from a corpus."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines an input."""

    making: Making
    seed: int = 0
    parent: str = ""
    donor: str = ""


@dataclass(slots=True)
class Totals:
    """Counts since the search began."""

    executions: int = 0
    included: int = 0
    reverted: int = 0
    rejected: int = 0
    problems: int = 0
    compared: int = 0
    repeated: int = 0
    """Inputs run a second time, to see whether they reach the same."""
    peer_seconds: float = 0.0

    def add(self, observation: Observation) -> None:
        """Count an execution."""
        self.executions += 1
        self.included += observation.included
        self.reverted += observation.reverted
        self.rejected += observation.rejected
        self.problems += observation.problem is not None
        self.compared += observation.compared
        self.peer_seconds += observation.peer_seconds


@dataclass(slots=True)
class Hooks(Generic[I]):
    """What the search tells its surroundings."""

    begin: Callable[[Recipe], None] = lambda recipe: None
    """Before an input is made and run."""
    keep: Callable[[Entry[I], bytes, Entry[I] | None], None] = (
        lambda entry, content, old: None
    )
    """An input becomes an entry, perhaps in place of another; called before it can
    be a parent."""
    found: Callable[[Problem, I, Recipe], None] = lambda problem, value, recipe: None
    unmade: Callable[[Problem, Recipe], None] = lambda problem, recipe: None
    """Making an input failed."""


def name_of(content: bytes) -> str:
    """The name of an input with this text."""
    return hashlib.sha256(content).hexdigest()[:32]


def step_seed(seed: int, lane: int, iteration: int) -> int:
    """The seed of one step of one worker."""
    text = f"{seed}/{lane}/{iteration}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def make(target: Target[I], recipe: Recipe, parent: I | None, donor: I | None) -> I:
    """The input of a recipe; parent and donor are those it names."""
    source = RandomSource(recipe.seed)
    if recipe.making is Making.GENERATE or parent is None:
        return target.generate(source)
    return target.mutate(source, parent, parent if donor is None else donor)


def observe(target: Target[I], value: I) -> Observation:
    """Run an input; an exception is a crash like any other."""
    try:
        return target.run(value)
    except Exception as error:
        return Observation(rejected=1, problem=problem_of(error))


def problem_of(error: Exception, layer: str = "exception") -> Problem:
    """What an exception is as a finding: the same for the same place."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    site = f"{type(error).__name__} in {Path(frame.filename).name} {frame.name}"
    return Problem("crash", (), layer, "", site, (str(error),))


@dataclass(slots=True)
class Search(Generic[I]):
    """One target, one pool, one stream of inputs."""

    target: Target[I]
    seed: int
    lane: int = 0
    """Number of the worker: each has its own stream."""
    iteration: int = 0
    pool: Pool[I] = field(default_factory=Pool)
    totals: Totals = field(default_factory=Totals)
    hooks: Hooks[I] = field(default_factory=Hooks)

    def step(self) -> bool:
        """Make and run the next input; whether it was kept."""
        recipe = self._plan()
        self.iteration += 1
        self.hooks.begin(recipe)
        parent, donor = self.pool.get(recipe.parent), self.pool.get(recipe.donor)
        try:
            value = make(
                self.target,
                recipe,
                None if parent is None else parent.load(),
                None if donor is None else donor.load(),
            )
        except Exception as error:
            problem = problem_of(error, MAKING_LAYER)
            self.totals.add(Observation(rejected=1, problem=problem))
            self.hooks.unmade(problem, recipe)
            return False
        return self._try(value, recipe, parent)

    def offer(self, content: bytes) -> bool:
        """Run an input from elsewhere; whether it was kept. ValueError if none."""
        name = name_of(content)
        if name in self.pool:
            return False
        value = self.target.decode(content)
        recipe = Recipe(Making.GIVEN, parent=name)
        self.hooks.begin(recipe)
        return self._try(value, recipe, None)

    def _plan(self) -> Recipe:
        source = RandomSource(step_seed(self.seed, self.lane, self.iteration))
        seed = source.below(1 << _SEED_BITS)
        if not self.pool.entries or source.chance(_GENERATE_PERCENT):
            return Recipe(Making.GENERATE, seed)
        parent = self.pool.choose(source)
        donor = source.choose(self.pool.entries)
        return Recipe(Making.MUTATE, seed, parent.name, donor.name)

    def _try(self, value: I, recipe: Recipe, parent: Entry[I] | None) -> bool:
        observation, features = self._observe(value)
        self.totals.add(observation)
        if observation.problem is not None:
            self.hooks.found(observation.problem, value, recipe)
        if recipe.making is not Making.GIVEN and self.pool.new(features):
            self._repeat(value, recipe, features)
        first = self.pool.new(features)
        if first:
            return self._keep(value, observation.work, first, None)
        if parent is not None and not parent.first & ~features:
            return self._keep(value, observation.work, parent.first, parent)
        return False

    def _observe(self, value: I) -> tuple[Observation, int]:
        """Run an input; what came of it, and all features it reached."""
        counters = self.target.counters
        if counters is not None:
            counters.clear()
        observation = observe(self.target, value)
        features = observation.semantic
        if counters is not None:
            features |= counters.features()
        return observation, features

    def _repeat(self, value: I, recipe: Recipe, features: int) -> None:
        """Run an input again: what it does not reach both times is unstable."""
        self.hooks.begin(recipe)
        again, others = self._observe(value)
        self.totals.repeated += 1
        self.totals.peer_seconds += again.peer_seconds
        self.pool.unstable |= features ^ others

    def _keep(self, value: I, work: int, first: int, old: Entry[I] | None) -> bool:
        """Keep an input for `first`, in place of `old` only if it is cheaper."""
        size = self.target.weight(value)
        cost = size + work
        if old is not None and cost >= old.cost:
            return False
        content = self.target.encode(value)
        name = name_of(content)
        if name in self.pool:
            self.pool.see(first)
            return False
        entry = Entry(name, lambda: value, size, cost, first)
        self.hooks.keep(entry, content, old)
        if old is None:
            self.pool.add(entry)
        else:
            self.pool.replace(old, entry)
        return True
