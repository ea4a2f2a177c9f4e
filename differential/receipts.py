"""Receipts of the chain itself, as a node tells them.

They know status, gas and logs. In profile `replay` none of these may differ from ours.
"""

from pathlib import Path
from typing import Final

from differential.outcome import Log, TransactionOutcome, TransactionStatus
from zkos.host.case_reader import Node, read_json

_STATUS: Final = {
    0: TransactionStatus.REVERTED,
    1: TransactionStatus.SUCCESS,
}


def are_receipts(path: Path) -> bool:
    """Whether a file is an answer to `eth_getBlockReceipts`; raises CaseError."""
    if not path.name.endswith((".json", ".json.gz")):
        return False
    value = read_json(path).value
    return isinstance(value, list) or (isinstance(value, dict) and "result" in value)


def read_receipts(path: Path) -> tuple[TransactionOutcome, ...]:
    """Receipts from an answer to `eth_getBlockReceipts`; raises CaseError."""
    root = read_json(path)
    receipts = root.members()["result"] if isinstance(root.value, dict) else root
    return tuple(_receipt(node) for node in receipts.items())


def _receipt(node: Node) -> TransactionOutcome:
    fields = node.members()
    _need(node, fields, "status", "gasUsed", "logs")
    status = fields["status"].number(8)
    if status not in _STATUS:
        fields["status"].fail(f"no status is {status}")
    return TransactionOutcome(
        _STATUS[status],
        reason=None,
        gas_used=fields["gasUsed"].number(64),
        logs=tuple(_log(log) for log in fields["logs"].items()),
    )


def _need(node: Node, fields: dict[str, Node], *names: str) -> None:
    for name in names:
        if name not in fields:
            node.fail(f"field {name} is missing")


def _log(node: Node) -> Log:
    fields = node.members()
    _need(node, fields, "address", "topics", "data")
    topics = tuple(topic.number() for topic in fields["topics"].items())
    return Log(fields["address"].address(), topics, fields["data"].data())
