"""Who can tell a fault that is in the source, so that every build of ours has it.

The host's judge computes commitments, header and state once more; py-evm and EELS are
Ethereum; the host that lies finds what is not proven; a shipped image, where one is at
hand, knows everything. A case that a fault changes is shown to them one by one. What a
fault changes nothing in cannot be told by anybody, so those cases are passed over.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Final

from differential.evm_compare import REFERENCES, compare_with_ethereum
from differential.outcome import Outcome, Result
from fuzz.coverage.target import Problem
from fuzz.mutants.blocks import TURNS, engine
from fuzz.mutants.grounds import Fields, Tell, begin_case, found, until
from fuzz.mutants.mutant import source_of
from fuzz.mutants.pieces import Built
from fuzz.mutants.pool import Recording, replay
from fuzz.mutants.yard import Yard, liars, told
from fuzz.targets.block_ethereum import compare_block, only_ethereum
from fuzz.targets.block_image import compare_block as compare_with_image
from fuzz.targets.blocks import BlockTarget, Judgement
from zkos.compiler.native import NativeLibrary
from zkos.host.case import Block, Case
from zkos.host.profile import Profile, Quirks, RunOptions
from zkos.host.state import ChainState

PROVEN: Final = ("models.flat", "state.preimages", "system.oracle", "crypto.blob")
"""Modules whose faults may only be told by a host that lies."""
_REPLAYED: Final = RunOptions(profile=Profile.REPLAY)
_PRODUCED: Final = RunOptions()
_UPSTREAM: Final = RunOptions(quirks=Quirks.UPSTREAM)
_SHARE_OF_LIES: Final = 0.5
Ask = Callable[[NativeLibrary, Case], Problem | None]


@dataclass
class Referees:
    """All who can tell."""

    yard: Yard
    image: Path | None = None

    def chase(self, built: Built, end: float, tell: Tell) -> Fields:
        """Show known cases that the fault changes to everybody, then new ones."""
        reaching = self.yard.reaching(built)
        seen = {"reached": len(reaching)}
        shown: set[int] = set()
        runs = 0
        for index in until(end, iter(range(len(reaching)))):
            recording = reaching[index]
            begin_case(tell, recording.case, runs, len(reaching))
            runs += 1
            if recording.case in shown or not self._changes(built, recording):
                continue
            shown.add(recording.case)
            what = self.judged(built.library, recording.case)
            if what is not None:
                return seen | {"runs": runs} | found(what, recording.case)
        for number in until(end, count(self.yard.cases)):
            begin_case(tell, number, runs, len(reaching))
            runs += 1
            if self.yard.attempt(built.library, number) is None:
                continue
            what = self.judged(built.library, number)
            if what is not None:
                return seen | {"runs": runs} | found(what, number)
        return seen | {"runs": runs}

    def _changes(self, built: Built, recording: Recording) -> bool:
        return replay(built.library, recording) is not None

    def judged(self, library: NativeLibrary, number: int) -> str | None:
        """Who tells, of a case that the fault changes, and by what."""
        kind, options = TURNS[number % len(TURNS)]
        target = kind("mutant", [engine("native*", library)], options)
        case = target.generate(source_of(self.yard.seed, number))
        problem = target.run(case).problem
        if problem is not None:
            return f"judge: {told(problem)}"
        for name, ask in self._others:
            problem = ask(library, case)
            if problem is not None:
                return f"{name}: {told(problem)}"
        return None

    @cached_property
    def _others(self) -> list[tuple[str, Ask]]:
        others: list[tuple[str, Ask]] = [
            ("ethereum", self._ethereum(_REPLAYED)),
            ("ethereum", self._ethereum(_PRODUCED)),
        ]
        if self.image is not None:
            others.append(("image", self._image(self.image)))
        return others

    def _ethereum(self, options: RunOptions) -> Ask:
        """Both references, on what of a case Ethereum has."""

        def ask(library: NativeLibrary, case: Case) -> Problem | None:
            fit = only_ethereum(case)
            plain = BlockTarget(
                "mutant",
                [engine("native*", library), engine("native", self.yard.plain)],
                options,
            )
            if plain.run(fit).problem is None:
                return None  # nothing that Ethereum has is changed
            target = BlockTarget(
                "mutant",
                [engine("native*", library)],
                options,
                reference=compare_block,
            )
            return target.run(fit).problem

        return ask

    def _image(self, path: Path) -> Ask:
        """A shipped image, whose faults ours then has, too."""

        def ask(library: NativeLibrary, case: Case) -> Problem | None:
            def reference(
                block: Block, state: ChainState, options: RunOptions, ours: Outcome
            ) -> Judgement:
                return compare_with_image(path, library, block, state, options, ours)

            target = BlockTarget(
                "mutant",
                [engine("native*", library)],
                _UPSTREAM,
                reference=reference,
                judges_aborts=True,
            )
            return target.run(replace(case, batch=False)).problem

        return ask

    def lied_to(self, built: Built, end: float, tell: Tell) -> Fields:
        """The host that lies, for faults of what is proven."""
        attempt = liars(built.library, self.yard.seed)
        for number in until(end, count()):
            begin_case(tell, number, number)
            what = attempt(number)
            if what is not None:
                return {"runs": number + 1} | found(f"adversary: {what}", number)
        return {"runs": 0}


def is_proven(module: str) -> bool:
    """Whether a fault of a module may only be told by a host that lies."""
    return any(f"zkos.guest.{part}" in module for part in PROVEN)


__all__ = ["REFERENCES", "Referees", "Result", "compare_with_ethereum", "is_proven"]
