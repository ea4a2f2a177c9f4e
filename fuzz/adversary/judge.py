"""What an attack came to, and whether the guest may be proven sound by it.

A proof states that the blocks of this metadata and these transactions lead from this
commitment to this output. Whoever changes those states something else, and may: then
the output must be the one of an honest run of what is stated now. Transactions that
cannot be read, or that are said to be of somebody else, must be missing from it.
"""

from dataclasses import dataclass
from enum import Enum

from differential.outcome import Result
from fuzz.adversary.attack import Attack
from fuzz.adversary.engines import Ending, Engine
from fuzz.adversary.queries import changed_fields
from fuzz.adversary.stage import Performance, Stage
from fuzz.adversary.statement import Malformed, Statement, hear


class Verdict(Enum):
    """What became of an attack."""

    REJECTED = "rejected"
    SAME = "same"
    """Accepted with the output of the honest run."""
    STATED = "stated"
    """Accepted with another output, the honest one of what it states."""
    DROPPED = "dropped"
    """Accepted with the output of an honest run on what it states without exactly
    those transactions that could not be read or were said to be of another sender."""
    UNSOUND = "unsound"
    """Accepted with an output that no honest run gives."""
    CRASH = "crash"
    """The engine failed: neither accepted nor rejected."""
    TIMEOUT = "timeout"

    @property
    def is_bad(self) -> bool:
        """Whether it is a finding."""
        return self in (Verdict.UNSOUND, Verdict.CRASH, Verdict.TIMEOUT)


@dataclass(frozen=True, slots=True)
class Trial:
    """An attack judged."""

    verdict: Verdict
    ending: Ending
    honest: Ending | None = None
    """Of the run on the same statement, where one was needed."""
    fault: str = ""
    """What is wrong with a run that was accepted."""
    about: str = ""
    """Of a finding: which fields of which answers were lies, without values."""

    @property
    def reason(self) -> str:
        """Why it ended, or what is wrong."""
        return self.fault or self.ending.reason


def judge(engine: Engine, stage: Stage, attack: Attack) -> Trial:
    """Run an attack."""
    played = stage.perform(engine, attack.liars)
    ending = played.ending
    if ending.result is Result.ABORT:
        return Trial(Verdict.REJECTED, ending)
    if ending.result is Result.SUCCESS:
        return _judge_accepted(engine, stage, played)
    timeout = ending.result is Result.TIMEOUT
    verdict = Verdict.TIMEOUT if timeout else Verdict.CRASH
    return Trial(verdict, ending, about=_about(played))


def _judge_accepted(engine: Engine, stage: Stage, played: Performance) -> Trial:
    ending = played.ending
    same = ending.output == stage.output
    try:
        stated, dropped = hear(played.asked, stage.protocol).believable(stage.signer)
    except Malformed as error:
        return _unsound(played, str(error))
    if same and not any(dropped) and stated == stage.statement:
        return Trial(Verdict.SAME, ending)
    if same and stated.configuration != stage.statement.configuration:
        return _unsound(played, "chains of two configurations have the same output")
    fault = stated.broken_rule()
    if fault is not None:
        return _unsound(played, fault)
    honest = stage.answer_honestly(engine, stated)
    if honest.result is not Result.SUCCESS:
        return _unsound(played, "honest answers are refused", honest)
    if honest.output != ending.output:
        return _unsound(played, "another output than with honest answers", honest)
    fault = _misfit(engine, stage, stated)
    if fault is not None:
        return _unsound(played, fault, honest)
    if same:
        return Trial(Verdict.SAME, ending, honest)
    return Trial(Verdict.DROPPED if any(dropped) else Verdict.STATED, ending, honest)


def _misfit(engine: Engine, stage: Stage, stated: Statement) -> str | None:
    return stage.misfit(engine, stated) if stage.is_batch else None


def _unsound(played: Performance, fault: str, honest: Ending | None = None) -> Trial:
    about = _about(played)
    return Trial(Verdict.UNSOUND, played.ending, honest, fault, about)


def _about(played: Performance) -> str:
    names: set[str] = set()
    for query, honest, given in played.lies:
        names |= changed_fields(query, honest, given, played.protocol)
    return " ".join(sorted(names))
