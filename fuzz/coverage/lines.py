"""Which lines of the guest inputs reach: counted in a coverage build that keeps lines.

That build is another one than a campaign's: every block of it has a counter, also those
that tell a search nothing. `keep_lines` has all targets of the process made with it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from fuzz.coverage.counters import Place
from fuzz.coverage.engine import observe
from fuzz.coverage.target import Target
from zkos.compiler.variant import Variant, with_lines
from zkos.terminal.errors import UserError

ROOT: Final = Path(__file__).resolve().parents[2]
GUEST: Final = "zkos/guest/"
_kept: Final[set[bool]] = set()


@dataclass(frozen=True, slots=True)
class FileLines:
    """The lines of a file that were compiled: how many inputs reach each."""

    path: str
    lines: dict[int, int]

    @property
    def reached(self) -> int:
        """How many lines some input reaches."""
        return sum(map(bool, self.lines.values()))

    def source(self) -> list[str]:
        """Its text; nothing if the file is gone."""
        try:
            return (ROOT / self.path).read_text(encoding="utf-8").splitlines()
        except OSError:
            return []


@dataclass(slots=True)
class Reach:
    """What inputs reach together."""

    inputs: int = 0
    counts: Counter[Place] = field(default_factory=Counter)
    """Every place that was compiled, and how many inputs reach it."""

    def add(self, other: "Reach") -> None:
        """Have in it what inputs of another target reach, too."""
        self.inputs += other.inputs
        for place, count in other.counts.items():
            self.counts[place] += count

    def files(self) -> Iterator[FileLines]:
        """By file, in order of names."""
        rows = sorted(self.counts.items())
        for path, own in groupby(rows, key=lambda row: row[0][0]):
            yield FileLines(path, {line: count for (_, line), count in own})


def keep_lines() -> None:
    """From now on this process counts lines, and is of no other use to a search."""
    _kept.add(True)


def counting(variant: Variant) -> Variant:
    """The coverage build that a target is to be made with."""
    return with_lines(variant) if _kept else variant


def measure(
    target: Target[Any],
    contents: Iterable[bytes],
    tell: Callable[[int], None] = lambda _: None,
) -> Reach:
    """Run inputs; `tell` is called with their number now and then.

    What is no input of the target is left out. UserError for a target that runs no
    compiled guest code.
    """
    counters = target.counters
    if counters is None or not counters.places:
        raise UserError(f"target {target.name} runs no lines of the guest")
    reach = Reach()
    for place in counters.places:
        if place[0].startswith(GUEST):
            reach.counts[place] = 0
    for content in contents:
        try:
            value = target.decode(content)
        except ValueError:
            continue
        counters.clear()
        observe(target, value)
        for place in counters.lines():
            if place in reach.counts:
                reach.counts[place] += 1
        reach.inputs += 1
        tell(reach.inputs)
    return reach


def lcov(reach: Reach) -> str:
    """A tracefile of lcov (`geninfo(1)`, "FILES"), with paths of the repository."""
    lines = ["TN:"]
    for item in reach.files():
        lines.append(f"SF:{item.path}")
        lines += [f"DA:{line},{count}" for line, count in item.lines.items()]
        lines += [f"LH:{item.reached}", f"LF:{len(item.lines)}", "end_of_record"]
    return "\n".join(lines) + "\n"
