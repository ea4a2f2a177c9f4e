"""Receipts of the chain itself beside ours: every difference has a declared name.

Receipts know status, gas and logs. Gas may differ by a refund that ZKsync OS does not
pay, and by exactly that; status and logs may not differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from differential.compare import printable
from differential.known import NO_REFUNDS
from differential.outcome import (
    DeclaredDifference,
    Log,
    TransactionOutcome,
    TransactionStatus,
)
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
    rule: str
    """Name of the declared difference it is; empty where there is none."""


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
    ours: Sequence[TransactionOutcome],
    theirs: Sequence[TransactionOutcome],
    declared: Iterable[DeclaredDifference],
) -> list[ReceiptDifference]:
    """All differences, each with its rule if it is exactly what the rule declares.

    ValueError unless there are as many of each.
    """
    refunds = {
        item.transaction: item.amount
        for item in declared
        if item.rule == NO_REFUNDS.name
    }
    found = []
    for index, (one, two) in enumerate(zip(ours, theirs, strict=True)):
        pairs = (
            ("status", one.status.value, two.status.value),
            ("logs", one.logs, two.logs),
            ("gas_used", one.gas_used, two.gas_used),
        )
        for name, x, y in pairs:
            if x != y:
                rule = _rule(index, name, x, y, refunds)
                found.append(
                    ReceiptDifference(index, name, printable(x), printable(y), rule)
                )
    return found


def _rule(
    transaction: int, name: str, ours: Any, theirs: Any, refunds: Mapping[int, int]
) -> str:
    if name == "gas_used" and refunds.get(transaction) == ours - theirs:
        return NO_REFUNDS.name
    return ""
