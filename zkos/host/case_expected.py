"""The expectations of a case file: JSON to `zkos.host.expected` and back."""

from collections.abc import Callable, Mapping
from dataclasses import fields as dataclass_fields
from typing import Any, Final

from zkos.host.case_reader import Node
from zkos.host.case_transactions import write_address, write_bytes, write_number
from zkos.host.expected import (
    Batch,
    ExpectedBatch,
    ExpectedBlock,
    ExpectedL1Log,
    ExpectedLog,
    ExpectedTransaction,
)

_Read = Callable[[Node], Any]
_OUTCOMES: Final = ("success", "abort")
_STATUSES: Final = ("success", "reverted", "invalid")
_HASH_BYTES: Final = 32


def read_expected(node: Node) -> ExpectedBlock:
    """What a block must give; raises CaseError."""
    return ExpectedBlock(**_members(node, _BLOCK))


def read_batches(node: Node, blocks: int) -> tuple[Batch, ...]:
    """The batches of a case of so many blocks; raises CaseError."""
    return tuple(_batch(item, blocks) for item in node.items())


def write_expected(expected: ExpectedBlock) -> dict[str, Any]:
    """The JSON of what a block must give."""
    return _write(expected, _BLOCK)


def write_batch(batch: Batch) -> dict[str, Any]:
    """The JSON of a batch."""
    written: dict[str, Any] = {"blocks": [batch.first, batch.last]}
    if batch.expected is not None:
        written["expected"] = _write(batch.expected, _BATCH)
    return written


def _batch(node: Node, blocks: int) -> Batch:
    fields = node.fields(("blocks", "expected"))
    if "blocks" not in fields:
        node.fail("field blocks is missing")
    ends = fields["blocks"].items()
    if len(ends) != 2:
        fields["blocks"].fail("expected [first, last]")
    first, last = (end.number(32) for end in ends)
    if not first <= last < blocks:
        fields["blocks"].fail(f"not among the {blocks} blocks")
    expected = None
    if "expected" in fields:
        expected = ExpectedBatch(**_members(fields["expected"], _BATCH))
    return Batch(first, last, expected)


def _members(node: Node, readers: Mapping[str, _Read]) -> dict[str, Any]:
    fields = node.fields(readers)
    return {name: readers[name](item) for name, item in fields.items()}


def _list_of(read: _Read) -> _Read:
    return lambda node: tuple(read(item) for item in node.items())


def _choice(known: tuple[str, ...]) -> _Read:
    def read(node: Node) -> str:
        text = node.text()
        if text not in known:
            node.fail(f"expected one of {', '.join(known)}")
        return text

    return read


def _small(node: Node) -> int:
    return node.number(64)


def _digest(node: Node) -> bytes:
    return node.data(_HASH_BYTES)


def _log(node: Node) -> ExpectedLog:
    values = {"topics": (), "data": b"", **_members(node, _LOG)}
    if "address" not in values:
        node.fail("field address is missing")
    return ExpectedLog(**values)


def _l1_log(node: Node) -> ExpectedL1Log:
    values = _members(node, _L1_LOG)
    for name in _L1_LOG:
        if name not in values:
            node.fail(f"field {name} is missing")
    return ExpectedL1Log(**values)


def _transaction(node: Node) -> ExpectedTransaction:
    return ExpectedTransaction(**_members(node, _TRANSACTION))


_LOG: Final[dict[str, _Read]] = {
    "address": Node.address,
    "topics": _list_of(Node.number),
    "data": Node.data,
}
_L1_LOG: Final[dict[str, _Read]] = {
    "transaction": _small,
    "sender": Node.address,
    "key": Node.number,
    "value": Node.number,
}
_TRANSACTION: Final[dict[str, _Read]] = {
    "status": _choice(_STATUSES),
    "reason": Node.text,
    "gas_used": _small,
    "native_used": _small,
    "pubdata_used": _small,
    "return_data": Node.data,
    "logs": _list_of(_log),
    "hash": Node.number,
    "type": _small,
    "sender": Node.address,
    "created": Node.address,
}
_BLOCK: Final[dict[str, _Read]] = {
    "outcome": _choice(_OUTCOMES),
    "state_root": Node.number,
    "next_free_slot": _small,
    "block_hash": Node.number,
    "public_input": _digest,
    "pubdata": Node.data,
    "transactions": _list_of(_transaction),
    "l1_logs": _list_of(_l1_log),
    "l1_messages": _list_of(Node.data),
    "preimages": _list_of(Node.data),
    "root_before": Node.number,
    "next_free_slot_before": _small,
    "state_commitment_before": Node.number,
    "state_commitment": Node.number,
}
_BATCH: Final[dict[str, _Read]] = {
    "public_input": _digest,
    "state_commitment_before": Node.number,
    "state_commitment": Node.number,
    "batch_output_hash": Node.number,
    "logs_root": Node.number,
    "da_commitment": Node.number,
}


def _write(value: Any, readers: Mapping[str, _Read]) -> dict[str, Any]:
    """The members of a dataclass that are not at their default."""
    written: dict[str, Any] = {}
    for field in dataclass_fields(value):
        item = getattr(value, field.name)
        if item != field.default:
            written[field.name] = _json(item, readers[field.name])
    return written


def _json(item: Any, read: _Read) -> Any:
    match item:
        case str():
            return item
        case bytes():
            return write_bytes(item)
        case int() if read is Node.address:
            return write_address(item)
        case int() if read is Node.number:
            return f"{item:#066x}"
        case int():
            return write_number(item)
        case tuple():
            return [_entry(entry) for entry in item]
    raise AssertionError(f"no JSON for {item!r}")


def _entry(entry: Any) -> Any:
    match entry:
        case ExpectedTransaction():
            return _write(entry, _TRANSACTION)
        case ExpectedLog():
            return _write(entry, _LOG)
        case ExpectedL1Log():
            return _write(entry, _L1_LOG)
    return _json(entry, Node.number)
