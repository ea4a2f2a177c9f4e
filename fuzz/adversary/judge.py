"""What an attack came to, and whether the guest may be proven sound by it.

A proof states that the block of this metadata and these transactions leads from this
commitment to this output. Whoever changes those states something else, and may: then
the output must be the one of an honest run of what is stated now.
"""

from dataclasses import dataclass
from enum import Enum

from differential.outcome import Result
from fuzz.adversary.attack import Attack
from fuzz.adversary.engines import Ending, Engine
from fuzz.adversary.stage import Liar, Stage, World


class Verdict(Enum):
    """What became of an attack."""

    REJECTED = "rejected"
    SAME = "same"
    """Accepted with the output of the honest run."""
    STATED = "stated"
    """Accepted with another output, the honest one of what it states."""
    UNSOUND = "unsound"
    """Accepted with an output that no honest run gives."""
    CRASH = "crash"
    """The engine failed: neither accepted nor rejected."""
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Trial:
    """An attack judged."""

    verdict: Verdict
    ending: Ending
    honest: Ending | None = None
    """Of the run on the same statement, where one was needed."""


def judge(engine: Engine, stage: Stage, attack: Attack) -> Trial:
    """Run an attack."""
    ending, asked = stage.perform(engine, attack.liars)
    if ending.result is Result.ABORT:
        return Trial(Verdict.REJECTED, ending)
    if ending.result is Result.TIMEOUT:
        return Trial(Verdict.TIMEOUT, ending)
    if ending.result is not Result.SUCCESS:
        return Trial(Verdict.CRASH, ending)
    if ending.output == stage.output:
        return Trial(Verdict.SAME, ending)
    honest = stage.answer_honestly(engine, asked, _world(attack.liars))
    same = honest.result is Result.SUCCESS and honest.output == ending.output
    return Trial(Verdict.STATED if same else Verdict.UNSOUND, ending, honest)


def _world(liars: tuple[Liar, ...]) -> World | None:
    """The state an attack is really about, if it is another."""
    for liar in reversed(liars):
        world = liar.stated()
        if world is not None:
            return world
    return None
