"""What a scenario came to: match, divergence or error, and its steps.

The report is that of upstream's divergence validator, whose exit codes are 0, 1 and 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from differential.compare import failed
from differential.outcome import TransactionOutcome, TransactionStatus
from differential.session import BadCase, BlockResult, SessionResult
from zkos.cases.scenarios.reading import Scenario
from zkos.cases.scenarios.steps import Step


class Status(Enum):
    """What became of a scenario."""

    MATCH = "match"
    DIVERGENCE = "divergence"
    ERROR = "error"

    @property
    def exit_code(self) -> int:
        """Of the command, where the scenario declares nothing."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What the first engine says about a step."""

    description: str
    success: bool
    gas_used: int | None = None

    def to_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "description": self.description,
            "success": self.success,
        }
        if self.gas_used is not None:
            fields["gas_used"] = self.gas_used
        return fields


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a scenario."""

    status: Status
    steps: tuple[StepResult, ...] = ()
    error: str | None = None
    """Of a divergence or an error: what and where."""
    broken: tuple[str, ...] = ()
    """What the scenario declares and did not happen."""

    @property
    def exit_code(self) -> int:
        """0 match, 1 divergence or a broken declaration, 2 error."""
        if self.broken and self.status is Status.MATCH:
            return Status.DIVERGENCE.exit_code
        return self.status.exit_code

    def to_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "status": self.status.value,
            "steps": [step.to_json() for step in self.steps],
        }
        if self.error is not None:
            fields["error"] = self.error
        if self.broken:
            fields["broken"] = list(self.broken)
        return fields


NOT_COMPARED: Final = "only one engine has an answer"


def judge(scenario: Scenario, results: Sequence[SessionResult]) -> Report:
    """The report on what engines said about the blocks of a scenario."""
    steps = []
    error: str | None = None
    different: str | None = None
    broken: list[str] = []
    receipts: dict[int, tuple[TransactionOutcome, ...]] = {}
    for result in results:
        if isinstance(result, BadCase):
            return Report(Status.ERROR, error=result.reason)
        error = error or _fault(result)
        different = different or _difference(result)
        if result.outcome.batch is None:
            first = next(iter(result.outcome.engines.values()), None)
            receipts[result.index] = (first and first.transactions) or ()
    for step in scenario.steps:
        answers = receipts.get(step.block, ())
        receipt = answers[step.index] if step.index < len(answers) else None
        steps.append(_step(step, receipt))
        broken += _broken(step, receipt)
    status = Status.MATCH
    if different is not None:
        status = Status.DIVERGENCE
    elif error is not None:
        status = Status.ERROR
    if status is not Status.ERROR and scenario.expect not in (None, status.value):
        broken.append(f"expected {scenario.expect}, found {status.value}")
    return Report(status, tuple(steps), different or error, tuple(broken))


def _fault(result: BlockResult) -> str | None:
    """Why a block says nothing, or None."""
    place = _place(result)
    engines = result.outcome.engines
    for name, outcome in engines.items():
        if failed(outcome):
            return f"{place}{name}: {outcome.result.value}: {outcome.reason}"
    if len(engines) < 2:
        reasons = [f"{name}: {reason}" for name, reason in result.without.items()]
        return f"{place}{'; '.join([NOT_COMPARED, *reasons])}"
    aborted = [name for name, outcome in engines.items() if not outcome.succeeded]
    if len(aborted) == len(engines):
        return f"{place}{aborted[0]}: {engines[aborted[0]].reason or 'abort'}"
    return None


def _difference(result: BlockResult) -> str | None:
    found = result.outcome.difference
    if found is None:
        return None
    (one, two), (left, right) = found.engines, found.values
    where = f" at {found.where}" if found.where else ""
    return f"{_place(result)}{found.layer}{where}: {one} {left}, {two} {right}"


def _place(result: BlockResult) -> str:
    if result.outcome.batch is not None:
        return "batch: "
    block = result.outcome.block
    return "" if block is None else f"block {block}: "


def _step(step: Step, receipt: TransactionOutcome | None) -> StepResult:
    if receipt is None:
        return StepResult(step.description, success=False)
    dropped = receipt.status is TransactionStatus.INVALID
    return StepResult(
        step.description,
        success=receipt.status is TransactionStatus.SUCCESS,
        gas_used=None if dropped else receipt.gas_used,
    )


def _broken(step: Step, receipt: TransactionOutcome | None) -> list[str]:
    """What a step declares and did not happen."""
    if receipt is None:
        return []
    found = []
    if step.expect not in (None, receipt.status.value):
        reason = f" ({receipt.reason})" if receipt.reason else ""
        text = f"expected {step.expect}, found {receipt.status.value}{reason}"
        found.append(f"{step.place.path}: {text}")
    if step.returns is not None and step.returns != receipt.return_data:
        data = receipt.return_data
        told = "nothing" if data is None else f"0x{data.hex()}"
        text = f"expected return data 0x{step.returns.hex()}, found {told}"
        found.append(f"{step.place.path}: {text}")
    return found
