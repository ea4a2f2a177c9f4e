"""Mutants by operator: drawn by seed, planted one by one, hunted and classified."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from fuzz.mutants import classes
from fuzz.mutants.changes import Elsewhere
from fuzz.mutants.grounds import Chase, Ground, Trail
from fuzz.mutants.referees import Referees, is_proven
from fuzz.mutants.sites import Area, Site, draw, sites_of
from fuzz.mutants.workshop import Built
from fuzz.mutants.yard import Yard
from zkos.compiler.errors import CompileError
from zkos.compiler.program import Function
from zkos.terminal.files import open_to_append, writing

RECORDED: Final = 2_000
"""Cases whose conversations a sample shares."""
SAME_CODE: Final = "same code"
"""The rule: optimised by itself, with what it inlines, it is the same code."""


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
        self._referees: Final = Referees(self._yard, image)

    def sites(self) -> list[Site]:
        """All that could be planted."""
        program = self._yard.workshop
        modules = program.checker.program.modules
        functions = {item.function.name for item in program.instances}
        return list(sites_of(Area.GUEST, modules, functions))

    def run(self, count: int) -> Iterator[Sampled]:
        """Plant and hunt so many."""
        drawn = draw(self.sites(), self._seed, count)
        self._yard.grow(self._recorded)
        self._yard.rehearse()
        for number, site in enumerate(drawn):
            yield self.hunt(number, site)

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
        shop = self._yard.workshop
        patches = (site.patch,)
        function: Function | None = None
        try:
            changed = shop.functions_changed(patches)
            function = next(iter(changed), None)
            if shop.same_code(changed):
                return Trail(equivalent=SAME_CODE)
        except CompileError as error:
            first = str(error).splitlines()[0]
            return Trail(refused=True, what=first.rpartition("/")[2])
        except Elsewhere:
            pass
        lines = range(site.edit.line, site.edit.last_line + 1)

        def afterwards(built: Built) -> str:
            return classes.why(self._yard, built, function, lines)

        ground: Ground = self._yard
        trail = Trail()
        for chase in self._chases(site):
            trail = ground.hunt(patches, self._seconds, chase, afterwards)
            if trail.found or trail.refused:
                return trail
        return trail

    def _chases(self, site: Site) -> Sequence[Chase]:
        lies = is_proven(site.text.module)
        if self._planting is Planting.ENGINE:
            return (self._yard.chase, *((self._yard.lie,) if lies else ()))
        return (
            *((self._referees.lied_to,) if lies else ()),
            self._referees.chase,
        )


def keep(sampled: Sampled, path: Path) -> None:
    """Append a row to a file of JSON lines."""
    with writing(path), open_to_append(path) as file:
        file.write(json.dumps(asdict(sampled)).encode() + b"\n")
