"""Which engine is at fault: the one against which the others agree.

An engine that cannot have an opinion, about a block or about a part of its outcome,
has no vote there.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from differential.compare import layers
from differential.engines import Engine, EngineError, parse_engines, unsupported
from differential.outcome import Outcome, Result
from differential.runners.base import options_of, state_after, state_of_case
from fuzz.coverage.target import Target
from zkos.host.case import Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState

ENGINES: Final = ("native", "riscv", "cpython", "py_evm")


_ABSTAINS: Final = "no opinion"
_QUORUM: Final = 3
"""Votes below which there is no majority against one."""


@dataclass(frozen=True, slots=True)
class Votes:
    """What each engine says of the first block on which they part."""

    by_engine: dict[str, str]
    """Engine and the engines it agrees with in all that both know."""
    responsible: str | None
    """The one that is alone wherever they part and a majority is possible."""


def votes(target: Target[Any], value: Any) -> Votes | None:
    """Ask all engines; None where the input is no block or all agree."""
    options = getattr(target, "options", None)
    if not isinstance(value, Case) or not isinstance(options, RunOptions):
        return None
    engines = _engines()
    state = state_of_case(value)
    for index, block in enumerate(value.blocks):
        asked = options_of(value, index, options)
        outcomes = {item.name: _run(item, block, state, asked) for item in engines}
        counted = count_votes(outcomes)
        if counted is not None:
            return counted
        first = outcomes["native"]
        if not first.succeeded:
            return None
        state = state_after(state, first)
    return None


def _run(
    engine: Engine, block: Block, state: ChainState, options: RunOptions
) -> Outcome:
    """What an engine says; what it raises is its word, too."""
    try:
        return engine.run_block(block, state, options)
    except CaseError:
        raise
    except Exception as error:
        return Outcome(Result.CRASH, f"{type(error).__name__}: {error}")


def count_votes(outcomes: dict[str, Outcome]) -> Votes | None:
    """Who agrees with whom; None if all do."""
    voters = {n: item for n, item in outcomes.items() if unsupported(item) is None}
    friends = {
        name: [
            other
            for other in voters
            if other != name and agree(voters[name], voters[other])
        ]
        for name in voters
    }
    if all(len(names) == len(voters) - 1 for names in friends.values()):
        return None
    said = {
        name: ", ".join(friends[name]) or "nobody" if name in friends else _ABSTAINS
        for name in outcomes
    }
    return Votes(said, _responsible(voters))


def _responsible(voters: dict[str, Outcome]) -> str | None:
    """The engine that is alone at every point that has a quorum."""
    blamed = {
        _alone(said) for said in _points(voters).values() if len(said) >= _QUORUM
    } - {""}
    return blamed.pop() if len(blamed) == 1 else None


def _alone(said: dict[str, Any]) -> str | None:
    """The only engine that says something else; empty if all say the same."""
    groups: list[tuple[Any, list[str]]] = []
    for name, value in said.items():
        for known, names in groups:
            if known == value:
                names.append(name)
                break
        else:
            groups.append((value, [name]))
    if len(groups) == 1:
        return ""
    lonely = [names[0] for _, names in groups if len(names) == 1]
    return lonely[0] if len(groups) == 2 and len(lonely) == 1 else None


def _points(voters: dict[str, Outcome]) -> dict[tuple[str, str], dict[str, Any]]:
    """What is said at every point of the outcomes, by those who know."""
    points: dict[tuple[str, str], dict[str, Any]] = {}
    for (one, left), (two, right) in combinations(voters.items(), 2):
        for layer, where, x, y in layers(left, right):
            for name, value in ((one, x), (two, y)):
                if value is not None:
                    points.setdefault((layer, where), {})[name] = value
    return points


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
