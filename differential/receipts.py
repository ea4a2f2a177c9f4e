"""Receipts of the chain itself beside ours.

They know status, gas and logs. In profile `replay` none of these may differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from differential.compare import printable
from differential.outcome import Log, TransactionOutcome, TransactionStatus
from zkos.host.case_reader import Node, read_json

_STATUS: Final = {
    0: TransactionStatus.REVERTED,
    1: TransactionStatus.SUCCESS,
}


@dataclass(frozen=True, slots=True)
class ReceiptDifference:
    """A field of a receipt that is not what the chain says."""

    transaction: int
    field: str
    ours: Any
    theirs: Any


def read_receipts(path: Path) -> tuple[TransactionOutcome, ...]:
    """Receipts from an answer to `eth_getBlockReceipts`; raises CaseError."""
    root = read_json(path)
    receipts = root.members()["result"] if isinstance(root.value, dict) else root
    return tuple(_receipt(node) for node in receipts.items())


def _receipt(node: Node) -> TransactionOutcome:
    fields = node.members()
    for needed in ("status", "gasUsed", "logs"):
        if needed not in fields:
            node.fail(f"field {needed} is missing")
    status = fields["status"].number(8)
    if status not in _STATUS:
        fields["status"].fail(f"no status is {status}")
    return TransactionOutcome(
        _STATUS[status],
        reason=None,
        gas_used=fields["gasUsed"].number(64),
        logs=tuple(_log(log) for log in fields["logs"].items()),
    )


def _log(node: Node) -> Log:
    fields = node.members()
    topics = tuple(topic.number() for topic in fields["topics"].items())
    return Log(fields["address"].address(), topics, fields["data"].data())


def receipt_differences(
    ours: Sequence[TransactionOutcome], theirs: Sequence[TransactionOutcome]
) -> list[ReceiptDifference]:
    """All differences. ValueError unless there are as many of each."""
    return [
        ReceiptDifference(index, name, printable(x), printable(y))
        for index, (one, two) in enumerate(zip(ours, theirs, strict=True))
        for name, x, y in (
            ("status", one.status.value, two.status.value),
            ("logs", one.logs, two.logs),
            ("gas_used", one.gas_used, two.gas_used),
        )
        if x != y
    ]
