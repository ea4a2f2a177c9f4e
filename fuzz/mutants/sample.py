"""Mutants by operator: drawn by seed, planted one by one, hunted and classified."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from fuzz.mutants import classes
from fuzz.mutants.bench import MODULES, Bench
from fuzz.mutants.engines import Mill, Sieve
from fuzz.mutants.equivalence import rule_of
from fuzz.mutants.grounds import Chase, Ground, Trail, first_line
from fuzz.mutants.nursery import Nursery
from fuzz.mutants.pieces import Built
from fuzz.mutants.referees import Referees, is_proven
from fuzz.mutants.sites import HOST_MODULES, Area, Site, draw, sites_of
from fuzz.mutants.workshop import Workshop
from fuzz.mutants.yard import Yard
from zkos.compiler.errors import CompileError
from zkos.terminal.files import open_to_append, writing

RECORDED: Final = 2_000
"""Cases whose conversations a sample shares."""
CALLS_FOR_A_CASE: Final = 8
"""Calls of functions that are answered for each recorded case."""


class Planting(Enum):
    """Who has the fault."""

    ENGINE = "engine"
    """One engine: the plain one is its peer."""
    SOURCE = "source"
    """All of ours: only others can tell."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A mutant and what became of it."""

    number: int
    planting: str
    area: str
    operator: str
    module: str
    function: str
    line: int
    old: str
    new: str
    outcome: str
    """`refused`, `equivalent`, `found` or `survived`."""
    trail: Trail = field(default_factory=Trail)


def outcome_of(trail: Trail) -> str:
    """What a trail means for the table."""
    if trail.refused:
        return "refused"
    if trail.equivalent:
        return "equivalent"
    return "found" if trail.found else "survived"


class Sampler:
    """Draws and hunts."""

    def __init__(
        self,
        seed: int,
        planting: Planting,
        seconds: float,
        image: Path | None = None,
        recorded: int = RECORDED,
    ) -> None:
        self._seed: Final = seed
        self._planting: Final = planting
        self._seconds: Final = seconds
        self._recorded: Final = recorded
        self._yard: Final = Yard(seed)
        self._bench: Final = Bench(seed)
        self._mill: Final = Mill(seed)
        self._sieve: Final = Sieve(seed)
        self._nursery: Final = Nursery(seed, self._yard.workshop)
        self._referees: Final = Referees(self._yard, image)

    def sites(self) -> list[Site]:
        """All that could be planted."""
        found = list(_program_sites(Area.GUEST, self._yard.workshop))
        if self._planting is Planting.ENGINE:
            found += _program_sites(Area.DIVISION, self._sieve.workshop)
            found += _program_sites(Area.MACHINE, self._mill.workshop)
            found += sites_of(Area.HOST, HOST_MODULES, None)
        return found

    def run(self, count: int, jobs: int = 1) -> Iterator[Sampled]:
        """Plant and hunt so many, as many at once as `jobs`; results as they come."""
        drawn = draw(self.sites(), self._seed, count)
        self._prepare()
        if jobs == 1:
            for number, site in enumerate(drawn):
                yield self.hunt(number, site)
            return
        # Workers are forked: they have all that was prepared.
        _work.update(enumerate(partial(self.hunt, *item) for item in enumerate(drawn)))
        with ProcessPoolExecutor(jobs, get_context("fork")) as workers:
            waiting = [workers.submit(_hunt_one, number) for number in _work]
            for done in as_completed(waiting):
                yield done.result()

    def _prepare(self) -> None:
        """Make what all hunts share."""
        self._yard.grow(self._recorded)
        self._bench.grow(CALLS_FOR_A_CASE * self._recorded)
        self._yard.rehearse()
        self._mill.recordings = self._yard.recordings
        for ground in (self._yard, self._bench, self._mill, self._sieve):
            ground.prepare()

    def hunt(self, number: int, site: Site) -> Sampled:
        """Plant and hunt one."""
        trail = self._trail(site)
        edit = site.edit
        return Sampled(
            number,
            self._planting.value,
            site.area.value,
            edit.operator,
            site.text.module,
            edit.function,
            edit.line,
            site.old,
            edit.new,
            outcome_of(trail),
            trail,
        )

    def _trail(self, site: Site) -> Trail:
        patches = (site.patch,)
        trail = self._judged_before(site)
        if trail is not None:
            return trail
        trail = Trail()
        build_seconds = seconds = 0.0
        runs = 0
        for ground, chase in self._hunts(site):
            why = partial(self._why, site) if ground is self._yard else None
            trail = ground.hunt(patches, self._seconds, chase, why)
            build_seconds += trail.build_seconds
            seconds += trail.seconds
            runs += trail.runs
            if trail.found or trail.refused:
                break
        return replace(
            trail, build_seconds=build_seconds, seconds=round(seconds, 3), runs=runs
        )

    def _judged_before(self, site: Site) -> Trail | None:
        """What can be said without a hunt."""
        if site.area is Area.HOST:
            return None
        try:
            rule = rule_of(self._workshop(site), site)
        except CompileError as error:
            return Trail(refused=True, what=first_line(error))
        return Trail(equivalent=rule) if rule else None

    def _workshop(self, site: Site) -> Workshop:
        match site.area:
            case Area.DIVISION:
                return self._sieve.workshop
            case Area.MACHINE:
                return self._mill.workshop
        return self._yard.workshop

    def _why(self, site: Site, built: Built) -> str:
        """The class of a survivor in the guest."""
        lines = range(site.edit.line, site.edit.last_line + 1)
        shop = self._yard.workshop
        name = f"{site.text.module}:{site.edit.function}"
        functions = [i.function for i in shop.instances if i.function.name == name]
        return classes.why(self._yard, built, next(iter(functions), None), lines)

    def _hunts(self, site: Site) -> Iterator[tuple[Ground, Chase]]:
        """Grounds to hunt on, those that find quickly first."""
        name = site.text.module
        yard, source = self._yard, self._planting is Planting.SOURCE
        match site.area:
            case Area.DIVISION:
                yield self._sieve, self._sieve.chase
            case Area.MACHINE:
                yield self._mill, self._mill.chase
            case Area.HOST:
                yield self._nursery, self._nursery.chase
            case Area.GUEST:
                if name.startswith(MODULES) and name in self._bench.modules:
                    bench = self._bench
                    yield bench, bench.judge if source else bench.chase
                if is_proven(name):
                    yield yard, self._referees.lied_to
                yield yard, self._referees.chase if source else yard.chase


_work: Final[dict[int, Callable[[], Sampled]]] = {}
"""What workers have to do, by number."""


def _hunt_one(number: int) -> Sampled:
    return _work[number]()


def _program_sites(area: Area, workshop: Workshop) -> Iterator[Site]:
    modules = workshop.checker.program.modules
    return sites_of(area, modules, {item.function.name for item in workshop.instances})


def keep(sampled: Sampled, path: Path) -> None:
    """Append a row to a file of JSON lines."""
    with writing(path), open_to_append(path) as file:
        file.write(json.dumps(asdict(sampled)).encode() + b"\n")
