"""Which engine is at fault: the one against which the others agree."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from differential.compare import layers
from differential.engines import Engine, EngineError, parse_engines
from differential.outcome import Outcome
from differential.runners.base import state_after, state_of_case
from fuzz.coverage.target import Target
from zkos.host.case import Case
from zkos.host.profile import RunOptions

ENGINES: Final = ("native", "riscv", "cpython", "py_evm")


@dataclass(frozen=True, slots=True)
class Votes:
    """What each engine says of the first block on which they part."""

    by_engine: dict[str, str]
    """Engine and the engines it agrees with."""
    responsible: str | None
    """The only one that is alone, if there is one."""


def votes(target: Target[Any], value: Any) -> Votes | None:
    """Ask all engines; None where the input is no block or all agree."""
    options = getattr(target, "options", None)
    if not isinstance(value, Case) or not isinstance(options, RunOptions):
        return None
    engines = _engines()
    state = state_of_case(value)
    for block in value.blocks:
        outcomes = {
            item.name: item.run_block(block, state, options) for item in engines
        }
        counted = count_votes(outcomes)
        if counted is not None:
            return counted
        first = outcomes["native"]
        if not first.succeeded:
            return None
        state = state_after(state, first)
    return None


def count_votes(outcomes: dict[str, Outcome]) -> Votes | None:
    """Who agrees with whom; None if all do."""
    friends = {
        name: [
            other
            for other in outcomes
            if other != name and agree(outcomes[name], outcomes[other])
        ]
        for name in outcomes
    }
    everybody = len(outcomes) - 1
    if all(len(names) == everybody for names in friends.values()):
        return None
    sizes = Counter({name: len(names) for name, names in friends.items()})
    alone = [name for name, size in sizes.items() if size == 0]
    responsible = alone[0] if len(alone) == 1 and len(outcomes) > 2 else None
    said = {name: ", ".join(names) or "nobody" for name, names in friends.items()}
    return Votes(said, responsible)


def agree(one: Outcome, two: Outcome) -> bool:
    """Whether two outcomes are the same in all both engines know."""
    return all(x is None or y is None or x == y for _, _, x, y in layers(one, two))


def _engines() -> list[Engine]:
    """All that can run here."""
    found = []
    for name in ENGINES:
        try:
            found += parse_engines([name])
        except EngineError:
            continue
    return found
