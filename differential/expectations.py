"""What a case says a block or a batch must give, compared as if an engine said it.

What nobody knows is taken from the engine it is compared with, so that only what is
expected can differ.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from differential.compare import compare
from differential.outcome import (
    BatchOutcome,
    Difference,
    L1Log,
    Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from zkos.host.case import Case
from zkos.host.expected import (
    Batch,
    ExpectedBatch,
    ExpectedBlock,
    ExpectedL1Log,
    ExpectedLog,
    ExpectedTransaction,
)

EXPECTED: Final = "expected"
"""Stands for the case itself where engines are named."""
T = TypeVar("T", Outcome, TransactionOutcome, BatchOutcome)
_RENAMED: Final = {"type": "type_byte"}
_OF_BATCH: Final = {
    "state_commitment_before": "state_before",
    "state_commitment": "state_after",
    "batch_output_hash": "output",
    "logs_root": "logs_root",
    "da_commitment": "data_availability",
}
_OF_DETAIL: Final = ("l1_logs", "l1_messages", "root_before", "next_free_slot_before")


def expectation(
    case: Case, index: int, batch: Batch | None
) -> ExpectedBlock | ExpectedBatch | None:
    """What a block of a case, or a batch, must give as far as the case knows."""
    if batch is not None:
        return batch.expected
    return case.blocks[index].expected


def first_unexpected(
    expected: ExpectedBlock | ExpectedBatch | None, outcomes: Mapping[str, Outcome]
) -> tuple[Difference, Outcome] | None:
    """The first difference of an engine from what is expected, and that as outcome."""
    if expected is None:
        return None
    for name, outcome in outcomes.items():
        wanted = _wanted(expected, outcome)
        found = compare((EXPECTED, name), wanted, outcome)
        if found is not None:
            return found, wanted
    return None


def _wanted(expected: ExpectedBlock | ExpectedBatch, outcome: Outcome) -> Outcome:
    if isinstance(expected, ExpectedBlock) and expected.outcome != "success":
        return Outcome(Result(expected.outcome))
    if not outcome.succeeded:
        return Outcome(Result.SUCCESS)
    batch = outcome.batch
    if batch is not None:
        values = {
            ours: getattr(expected, name, None) for name, ours in _OF_BATCH.items()
        }
        batch = _with(batch, values)
    outcome = _with(outcome, {"public_input": expected.public_input, "batch": batch})
    return outcome if isinstance(expected, ExpectedBatch) else _block(expected, outcome)


def _block(expected: ExpectedBlock, outcome: Outcome) -> Outcome:
    detail = outcome.detail
    for name in _OF_DETAIL:
        value = getattr(expected, name)
        if value is not None:
            detail = replace(detail, **{name: _plain(value)})
    made, given = expected.preimages, detail.preimages
    if made is not None and given is not None and sorted(made) != sorted(given):
        detail = replace(detail, preimages=made)
    values = {
        name: getattr(expected, name)
        for name in ("state_root", "next_free_slot", "block_hash", "pubdata")
    }
    receipts = expected.transactions
    if receipts is not None and outcome.transactions is not None:
        values["transactions"] = _receipts(receipts, outcome.transactions)
    return replace(_with(outcome, values), detail=detail)


def _receipts(
    expected: tuple[ExpectedTransaction, ...], given: tuple[TransactionOutcome, ...]
) -> tuple[TransactionOutcome, ...]:
    missing = TransactionOutcome(TransactionStatus.SUCCESS)
    receipts = []
    for index, wanted in enumerate(expected):
        receipt = given[index] if index < len(given) else missing
        values = {
            _RENAMED.get(name, name): _plain(getattr(wanted, name))
            for name in ExpectedTransaction.__slots__
        }
        if wanted.status is not None:
            values["status"] = TransactionStatus(wanted.status)
        receipts.append(_with(receipt, values))
    return tuple(receipts)


def _with(known: T, values: Mapping[str, Any]) -> T:
    """The same with the values that are known."""
    told = {name: value for name, value in values.items() if value is not None}
    return replace(known, **told)


def _plain(value: Any) -> Any:
    """An expected value as outcomes have it."""
    match value:
        case ExpectedLog(address, topics, data):
            return Log(address, topics, data)
        case ExpectedL1Log(transaction, sender, key, number):
            return L1Log(transaction, sender, key, number)
        case tuple():
            return tuple(_plain(item) for item in value)
    return value
