"""Where mutation operators can change the sources, and a sample of it by seed.

Operators with many sites would crowd out the others: one is drawn first, by the square
root of its number of sites, then a site of it.
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from fuzz.mutants.operators import Edit, Text, edits
from zkos.lang.linkage import Patch, source_path


class Area(Enum):
    """A part of the system, with a ground of its own to hunt on."""

    GUEST = "guest"
    """The OS, and the containers it is compiled with."""
    DIVISION = "division"
    """What the compiler has RV32 divide with."""
    MACHINE = "machine"
    """The interpreter of RV32 code and the delegations."""
    HOST = "host"
    """The tree that the host serves proofs from."""


HOST_MODULES: Final = (
    "zkos.host.tree",
    *(f"zkos.host.store.{name}" for name in ("building", "digests", "keys", "merkle")),
)
_ROOTS: Final = {
    Area.GUEST: ("zkos.guest", "zkos.compiler.runtime"),
    Area.DIVISION: ("zkos.compiler.runtime",),
    Area.MACHINE: ("zkos.machine",),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A change of one place."""

    area: Area
    text: Text
    edit: Edit

    @property
    def patch(self) -> Patch:
        """What plants it."""
        return self.text.patch(self.edit)

    @property
    def old(self) -> str:
        """The text replaced."""
        return self.text.text[self.edit.start : self.edit.end]


def sites_of(
    area: Area, modules: Iterable[str], functions: set[str] | None
) -> Iterator[Site]:
    """All sites of a program's modules; of functions, those that are compiled.

    Functions are named `module:Class.function`. None: all of them, and nothing else.
    """
    for name in sorted(modules):
        path = source_path(name)
        if path is None or not name.startswith(_ROOTS.get(area, ("",))):
            continue
        text = Text(name, path.read_text())
        for edit in edits(text):
            known = f"{name}:{edit.function}"
            if functions is None:
                if edit.function:
                    yield Site(area, text, edit)
            elif not edit.function or known in functions:
                yield Site(area, text, edit)


def draw(sites: Sequence[Site], seed: int, count: int) -> list[Site]:
    """Different sites, as many as asked for or as there are."""
    source = random.Random(seed)
    by_operator: defaultdict[str, list[Site]] = defaultdict(list)
    for site in sites:
        by_operator[site.edit.operator].append(site)
    for items in by_operator.values():
        source.shuffle(items)
    weights = {name: math.sqrt(len(items)) for name, items in by_operator.items()}
    drawn: list[Site] = []
    while len(drawn) < min(count, len(sites)):
        names = [name for name in sorted(by_operator) if by_operator[name]]
        [name] = source.choices(names, [weights[name] for name in names])
        drawn.append(by_operator[name].pop())
    return drawn
