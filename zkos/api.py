"""ZKsync OS from Python: load or build cases, run, compare and minimise them.

    from zkos import api

    case = api.load("case.json")
    for outcome in api.run(case):
        print(outcome.public_input.hex(), outcome.transactions)
    print(api.compare(case, ["native", "riscv"]))

Engines run in this process, so one that dies takes it along; `zkos diff` runs them in
processes of their own. What is missing is compiled first. Errors are UserError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from differential.compare import compared_layers, first_difference
from differential.engines import Engine, parse_engines
from differential.minimise import passes
from differential.minimise.predicate import compared
from differential.minimise.search import Search, begin
from differential.outcome import Difference, Outcome
from differential.runners.base import (
    options_of,
    run_chain,
    state_after,
    state_of_case,
)
from zkos.cases import loading
from zkos.cases.assembler import assemble as assemble
from zkos.cases.builder import CaseBuilder as CaseBuilder
from zkos.cases.builder import word as word
from zkos.cases.scenarios.reading import Scenario
from zkos.host.case import Case
from zkos.host.case_writer import save_case
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.errors import UserError as UserError
from zkos.terminal.files import writing

Place: TypeAlias = str | Path
ENGINES: Final = ("native", "riscv")
"""Those that `compare` asks unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What engines say about the blocks of a case."""

    outcomes: tuple[dict[str, Outcome], ...]
    """Of each block up to the first with a difference, by engine."""
    difference: Difference | None

    @property
    def equal(self) -> bool:
        """Whether nothing that two engines know differs."""
        return self.difference is None

    def layers(self) -> dict[str, int]:
        """How many values of each layer the first two engines both told."""
        counts: dict[str, int] = {}
        for block in self.outcomes:
            one, two = list(block.values())[:2]
            for layer, count in compared_layers(one, two).items():
                counts[layer] = counts.get(layer, 0) + count
        return counts


def options(
    profile: str = "production", mode: str = "proving", quirks: str = "none"
) -> RunOptions:
    """Options by the words of the command line; raises ValueError for others."""
    return RunOptions(Profile(profile), Mode(mode), Quirks(quirks))


def load(place: Place) -> Case:
    """A case or scenario; raises UserError for what is none."""
    return loading.load_case(Path(place))


def load_scenario(place: Place) -> Scenario:
    """A scenario with what it declares; raises UserError for what is none."""
    return loading.load_scenario(Path(place))


def save(case: Case, place: Place) -> None:
    """Write a case file, gzipped if named so; raises UserError."""
    path = Path(place)
    with writing(path):
        save_case(case, path)


def run(
    case: Case, engine: str = "native", settings: RunOptions | None = None
) -> list[Outcome]:
    """What an engine says about each block; ends after the first without success."""
    (found,) = _engines([engine])
    return list(run_chain(found.run_block, case, settings or RunOptions()))


def compare(
    case: Case,
    engines: Sequence[str] = ENGINES,
    settings: RunOptions | None = None,
) -> Comparison:
    """Run a case on two or more engines; ends with the first difference.

    Each block starts on the state that the first engine left.
    """
    chosen = _engines(engines)
    if len(chosen) < 2:
        raise UserError("a comparison needs two engines")
    wanted = settings or RunOptions()
    state = state_of_case(case)
    seen = []
    difference = None
    for index, block in enumerate(case.blocks):
        asked = options_of(case, index, wanted)
        outcomes = {
            engine.name: engine.run_block(block, state, asked) for engine in chosen
        }
        seen.append(outcomes)
        difference = first_difference(outcomes)
        first = outcomes[chosen[0].name]
        if difference or not first.succeeded or index + 1 == len(case.blocks):
            break
        state = state_after(state, first)
    return Comparison(tuple(seen), difference)


def minimise(
    case: Case,
    engines: Sequence[str] = ENGINES,
    settings: RunOptions | None = None,
) -> Case:
    """The smallest case found on which two engines differ in the same way.

    Raises UserError if they do not differ.
    """
    chosen = _engines(engines)
    if len(chosen) != 2:
        raise UserError("to minimise needs two engines")
    one, two = ((engine.name, engine.run_block) for engine in chosen)
    search: Search = begin(case, compared(one, two, settings or RunOptions()), None)
    passes.minimise(search)
    return search.case


def _engines(names: Sequence[str]) -> list[Engine]:
    """Engines, ready to run; raises UserError."""
    engines = parse_engines(names)
    for engine in engines:
        engine.prepare(lambda _: None)
    return engines
