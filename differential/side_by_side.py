"""Two cases on the same engines, or a case beside receipts of the chain itself.

`session` asks what engines say of one case; here one engine is asked about two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from differential.compare import compare, failed
from differential.outcome import Difference, Outcome, Result, TransactionOutcome
from differential.session import BadCase, BlockResult, Session
from zkos.terminal.errors import UserError

RECEIPTS: Final = "receipts"
"""Stands for the chain where sides are named."""
Answers = dict[int | None, BlockResult]
"""What engines say about a case, by block; None is all its blocks as one batch."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What an engine says of the two sides, as far as it has answers."""

    left: Outcome | None
    right: Outcome | None
    difference: Difference | None

    @property
    def compared(self) -> bool:
        """Whether both sides have an answer, and none of a failed engine."""
        sides = (self.left, self.right)
        return all(side is not None and not failed(side) for side in sides)

    @property
    def failed(self) -> bool:
        """Whether the engine itself failed on a side."""
        sides = (self.left, self.right)
        return any(side is not None and failed(side) for side in sides)


@dataclass(frozen=True, slots=True)
class Row:
    """A block of both sides."""

    sides: tuple[str, str]
    block: int | None
    """None for all blocks as one batch."""
    engines: dict[str, Pair]
    reasons: dict[str, str] = field(default_factory=dict)
    """Engines that failed or have no answer, and why."""

    def to_json(self) -> dict[str, Any]:
        """The line of `zkos compare --json`."""
        place = {"batch": True} if self.block is None else {"block": self.block}
        engines: dict[str, Any] = {}
        for name, pair in self.engines.items():
            found = pair.difference
            difference = None if found is None else found.to_json()
            engines[name] = {"compared": pair.compared, "difference": difference}
            if name in self.reasons:
                engines[name]["reason"] = self.reasons[name]
        return {"sides": list(self.sides), **place, "engines": engines}


def answers(session: Session, path: Path) -> Answers:
    """What engines say about a case; raises UserError for what is none."""
    found: Answers = {}
    for result in session.run([path]):
        if isinstance(result, BadCase):
            raise UserError(result.reason)
        found[None if result.outcome.batch else result.index] = result
    return found


def beside(
    sides: tuple[str, str], left: Answers, right: Answers, engines: Sequence[str]
) -> Iterator[Row]:
    """Each block of two cases, and their batches where both are one.

    Raises UserError where the cases have not equally many blocks: an engine that ends
    a chain early has not.
    """
    counts = [_blocks(side) for side in (left, right)]
    if counts[0] != counts[1]:
        told = [
            f"{name} has {count}" for name, count in zip(sides, counts, strict=True)
        ]
        raise UserError(f"not equally many blocks: {', '.join(told)}")
    for block in _order(left.keys() | right.keys()):
        one, two = left.get(block), right.get(block)
        if block is not None or (one is not None and two is not None):
            yield _row(sides, block, one, two, engines)


def beside_receipts(
    side: str,
    known: Answers,
    block: int,
    receipts: tuple[TransactionOutcome, ...],
    engines: Sequence[str],
) -> Row:
    """A block of a case beside what the chain said of it."""
    result = known.get(block)
    pairs: dict[str, Pair] = {}
    reasons: dict[str, str] = {}
    theirs = Outcome(Result.SUCCESS, transactions=receipts)
    for name in engines:
        ours = None if result is None else result.outcome.engines.get(name)
        pairs[name] = _pair((RECEIPTS, name), theirs, ours)
        reasons |= _reason(name, side, result, ours)
    return Row((side, RECEIPTS), block, pairs, reasons)


def _row(
    sides: tuple[str, str],
    block: int | None,
    one: BlockResult | None,
    two: BlockResult | None,
    engines: Sequence[str],
) -> Row:
    pairs: dict[str, Pair] = {}
    reasons: dict[str, str] = {}
    for name in engines:
        outcomes = [
            None if result is None else result.outcome.engines.get(name)
            for result in (one, two)
        ]
        pairs[name] = _pair(sides, *outcomes)
        for side, result, outcome in zip(sides, (one, two), outcomes, strict=True):
            reasons |= _reason(name, side, result, outcome)
    return Row(sides, block, pairs, reasons)


def _pair(names: tuple[str, str], left: Outcome | None, right: Outcome | None) -> Pair:
    pair = Pair(left, right, None)
    if left is None or right is None or not pair.compared:
        return pair
    return Pair(left, right, compare(names, left, right))


def _reason(
    name: str, side: str, result: BlockResult | None, outcome: Outcome | None
) -> dict[str, str]:
    if outcome is not None and not failed(outcome):
        return {}
    if outcome is not None:
        text = f"{outcome.result.value}: {outcome.reason}"
    else:
        text = "the chain ended before this block"
        if result is not None:
            text = f"no answer: {result.without.get(name, '')}"
    return {name: f"{side}: {text}"}


def _blocks(known: Answers) -> int:
    """How many blocks the case has, run or not."""
    return len(next(iter(known.values())).case.blocks)


def _order(blocks: set[int | None]) -> list[int | None]:
    numbers = sorted(number for number in blocks if number is not None)
    return [*numbers, *([None] if None in blocks else [])]
