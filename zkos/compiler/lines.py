"""Which guest line an address of an image comes from.

Only the table and where it is kept; `dwarf` reads it from an object, `line_build`
makes it.
"""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from zkos.compiler.build import Origin, artefact_name
from zkos.compiler.cache import load
from zkos.compiler.emit import RV32
from zkos.compiler.link import LinkedImage
from zkos.compiler.variant import with_lines

Place = tuple[str, int]
"""A file as the repository names it, and a line."""
Chain = tuple[Place, ...]
"""Where an instruction is written, then the calls it was inlined through."""


@dataclass(frozen=True)
class LineTable:
    """Spans of code with their places."""

    starts: tuple[int, ...]
    """First addresses of the spans, ascending; each reaches to the next."""
    numbers: tuple[int, ...]
    """The chain of each span."""
    chains: tuple[Chain, ...]
    """Empty for code that is from no line, such as the start-up code."""

    def at(self, address: int) -> Chain:
        """The place of the instruction at `address`, innermost first."""
        span = bisect_right(self.starts, address) - 1
        return self.chains[self.numbers[span]] if span >= 0 else ()

    def line(self, address: int) -> str:
        """File and line the instruction is written at, empty if there is none."""
        chain = self.at(address)
        return place_text(chain[0]) if chain else ""

    def path(self, address: int) -> str:
        """The same, with the calls it was inlined through."""
        return ", inlined at ".join(map(place_text, self.at(address)))

    def to_json(self) -> dict[str, object]:
        """What is written to files; places are numbers in `places`."""
        places = sorted({place for chain in self.chains for place in chain})
        index = {place: number for number, place in enumerate(places)}
        return {
            "places": places,
            "chains": [[index[place] for place in chain] for chain in self.chains],
            "spans": list(zip(self.starts, self.numbers, strict=True)),
        }


NO_LINES: Final = LineTable((), (), ())
"""Of an image that is not ours."""


def place_text(place: Place) -> str:
    """A place as editors understand it."""
    path, line = place
    return f"{path}:{line}"


def table_of(spans: Sequence[tuple[int, Chain]]) -> LineTable:
    """The table of spans that ascend; neighbours with one place become one span."""
    starts: list[int] = []
    numbers: list[int] = []
    chains: dict[Chain, int] = {}
    for start, chain in spans:
        number = chains.setdefault(chain, len(chains))
        if not numbers or numbers[-1] != number:
            starts.append(start)
            numbers.append(number)
    return LineTable(tuple(starts), tuple(numbers), tuple(chains))


def describe_address(linked: LinkedImage, lines: LineTable, address: int) -> str:
    """Function and place of code, as far as they are known."""
    name, path = linked.function_at(address), lines.path(address)
    return f"{name} at {path}" if path else name


def table_name(origin: Origin) -> str:
    """What the table of an image is called in the cache."""
    variant = with_lines(origin.variant)
    return artefact_name(origin.roots, (), RV32, origin.main, variant) + ".lines"


@cache
def stored_table(origin: Origin) -> LineTable | None:
    """The table that was made for an image earlier, or None: nothing is built."""
    content = load(table_name(origin))
    return None if content is None else _from_json(json.loads(content))


def _from_json(content: dict[str, list[list[int]]]) -> LineTable:
    places = [(str(path), line) for path, line in content["places"]]
    chains = [tuple(places[number] for number in chain) for chain in content["chains"]]
    starts, numbers = zip(*content["spans"], strict=True)
    return LineTable(starts, numbers, tuple(chains))
