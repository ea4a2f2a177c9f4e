"""How many small cases a second, for each set of engines, beside what others do."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from fuzz.campaign.child import collect_rarely
from fuzz.coverage.engine import Search
from fuzz.coverage.target import Target
from fuzz.targets.catalogue import load_target, seed_folder
from zkos.terminal.console import output, say, write_json

WARM_UP: Final = 100
PEERS: Final = (
    ("goevmlab, seven clients, each test on two", 18.2, "nimbus-eth1#2076"),
    ("libFuzzer's advice for a useful target", 1000.0, "libFuzzer documentation"),
)
"""Executions a second of others, and where they say so."""
GOALS: Final = (
    ("native + RISC-V", "block_differential", 300.0),
    ("native", "block_native", 1500.0),
    ("native + py-evm", "block_ethereum", 20.0),
)
"""Engines, target, and executions a second wanted."""
_SMALL: Final = 1000
"""Weight of a small case: a transaction or two. Seeds of campaigns may be heavier."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A measurement."""

    engines: str
    target: str
    executions: int
    cpu_seconds: float
    seconds: float
    goal: float

    @property
    def per_second(self) -> float:
        """Executions a second of processor time, which other work does not change."""
        return self.executions / self.cpu_seconds

    def to_json(self) -> dict[str, Any]:
        return {
            "engines": self.engines,
            "target": self.target,
            "executions": self.executions,
            "per_cpu_second": round(self.per_second, 1),
            "per_second": round(self.executions / self.seconds, 1),
            "goal": self.goal,
        }


def measure(seconds: float) -> Iterator[Rate]:
    """Search with small seeds for so long on each set of engines."""
    for engines, name, goal in GOALS:
        target: Target[Any] = load_target(name)
        yield _measure(engines, target, goal, seconds)


def _measure(engines: str, target: Target[Any], goal: float, seconds: float) -> Rate:
    """Run mutants of small cases: what a campaign spends its time on."""
    inputs = list(small_cases(target))
    collect_rarely()  # as workers do
    search: Search[Any] = Search(_Small(target, inputs), 1)
    for _ in range(WARM_UP):
        search.step()
    before = search.totals.executions
    started, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        search.step()
    return Rate(
        engines,
        target.name,
        search.totals.executions - before,
        time.process_time() - cpu,
        time.perf_counter() - started,
        goal,
    )


def small_cases(target: Target[Any]) -> Iterator[Any]:
    """The light seeds of the repository."""
    folder = seed_folder("block_differential")
    for path in sorted(Path(folder).glob("*.json")):
        value = target.decode(path.read_bytes())
        if target.weight(value) <= _SMALL:
            yield value


class _Small:
    """A target whose inputs stay small: nothing heavy is ever kept."""

    def __init__(self, target: Target[Any], inputs: list[Any]) -> None:
        self._target = target
        self._inputs = inputs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def generate(self, source: Any) -> Any:
        return source.choose(self._inputs)

    def mutate(self, source: Any, parent: Any, donor: Any) -> Any:
        parent, donor = source.choose(self._inputs), source.choose(self._inputs)
        return self._target.mutate(source, parent, donor)


def show(seconds: float, *, json: bool) -> bool:
    """Measure and print; whether all goals are reached."""
    table = Table(box=None, pad_edge=False)
    for name in ("engines", "executions/s", "goal", ""):
        table.add_column(name, justify="left" if name == "engines" else "right")
    reached = True
    for rate in measure(seconds):
        good = rate.per_second >= rate.goal
        reached = reached and good
        if json:
            write_json(rate.to_json())
        row = (rate.engines, f"{rate.per_second:.0f}", f"{rate.goal:.0f}")
        table.add_row(*row, "reached" if good else "missed")
    if not json:
        for who, figure, source in PEERS:
            table.add_row(who, f"{figure:g}", "", source)
        output().print(table)
        say("per second of processor time on one core, mutation and coverage included")
    return reached
