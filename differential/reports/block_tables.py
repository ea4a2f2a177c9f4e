"""A block as tables: transactions, logs, changes of state, L1, commitments.

What `zkos run` shows on a terminal and on its page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from differential.decoded import event, revert_reason
from differential.outcome import (
    Outcome,
    TransactionOutcome,
    TransactionStatus,
    account_after,
)
from differential.session import BlockResult
from zkos.host.accounts import Account
from zkos.host.state import ACCOUNTS, ChainState
from zkos.terminal.text import visible

_SHOWN_BYTES: Final = 64
"""Of return data, logs and messages; `--json` has all of it."""
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table before it is known where it is shown."""

    title: str
    columns: Row
    """Empty names: it has no head."""
    rows: tuple[Row, ...]
    numbers: int = 0
    """Columns at the end that hold numbers."""

    @property
    def has_head(self) -> bool:
        """Whether its columns have names."""
        return any(self.columns)


def tables(result: BlockResult) -> list[Sheet]:
    """Everything the first engine that succeeded tells; nothing if none did."""
    outcomes = result.outcome.engines.values()
    told = next((item for item in outcomes if item.succeeded), None)
    if told is None:
        return []
    if result.outcome.batch is not None:
        return [batch_commitments(told)]
    state = result.state_before()
    found = (
        transactions(told.transactions or ()),
        logs(told.transactions or ()),
        accounts(told, state),
        slots(told, state),
        l1(told),
        commitments(told),
    )
    return [sheet for sheet in found if sheet.rows]


def transactions(items: Sequence[TransactionOutcome]) -> Sheet:
    """Receipts."""
    names = ("#", "status", "reason", "return data", "gas", "native", "pubdata", "logs")
    rows = tuple(
        (
            str(index),
            item.status.value,
            _reason(item),
            _bytes(item.return_data),
            _count(item.gas_used),
            _count(item.native_used),
            _count(item.pubdata_used),
            _count(None if item.logs is None else len(item.logs)),
        )
        for index, item in enumerate(items)
    )
    return Sheet("Transactions", names, rows, 4)


def _reason(item: TransactionOutcome) -> str:
    """Why it was dropped or reverted, with what the contract says."""
    said = None
    if item.status is TransactionStatus.REVERTED and item.return_data:
        said = revert_reason(item.return_data)
    return " ".join(part for part in (visible(item.reason or ""), said) if part)


def logs(items: Sequence[TransactionOutcome]) -> Sheet:
    """EVM logs."""
    rows = []
    for index, item in enumerate(items):
        for log in item.logs or ():
            topics = "\n".join(f"{topic:#066x}" for topic in log.topics)
            words = event(log)
            data = "" if words else _bytes(log.data)
            rows.append((str(index), f"{log.address:#042x}", words or topics, data))
    return Sheet("Logs", ("tx", "address", "event or topics", "data"), tuple(rows))


def accounts(outcome: Outcome, state: ChainState) -> Sheet:
    """Account properties before and after."""
    return Sheet(
        "Accounts",
        ("address", "field", "before", "after"),
        tuple(_account_rows(outcome, state)),
    )


def _account_rows(outcome: Outcome, state: ChainState) -> Iterator[Row]:
    for diff in outcome.detail.diffs or ():
        if diff.address != ACCOUNTS:
            continue
        address = f"{diff.key:#042x}"
        before, after = state.account(diff.key), account_after(outcome, diff.current)
        if after is None:
            yield address, "hash", "", f"{diff.current:#066x}"
            continue
        for name, old, new in _changed(before, after):
            yield address, name, old, new
            address = ""


def slots(outcome: Outcome, state: ChainState) -> Sheet:
    """Storage slots before and after."""
    rows = []
    for diff in outcome.detail.diffs or ():
        if diff.address != ACCOUNTS:
            old = state.slot(diff.address, diff.key)
            before = "new" if old is None else f"{old:#x}"
            place = f"{diff.address:#042x}", f"{diff.key:#x}"
            rows.append((*place, before, f"{diff.current:#x}"))
    return Sheet("Storage", ("address", "slot", "before", "after"), tuple(rows))


def l1(outcome: Outcome) -> Sheet:
    """Logs and messages for L1."""
    rows = [
        (
            str(log.transaction),
            f"{log.sender:#042x}",
            f"{log.key:#066x}",
            f"{log.value:#066x}",
        )
        for log in outcome.detail.l1_logs or ()
    ]
    rows += [
        ("", "message", f"{len(message)} bytes", _bytes(message))
        for message in outcome.detail.l1_messages or ()
    ]
    return Sheet("To L1", ("tx", "sender", "key", "value or message"), tuple(rows))


def commitments(outcome: Outcome) -> Sheet:
    """Roots, pubdata, public input and figures of the run."""
    detail = outcome.detail
    leaves = detail.next_free_slot_before, outcome.next_free_slot
    rows = {
        "public input": _bytes(outcome.public_input),
        "root before": _hash(detail.root_before),
        "root after": _hash(outcome.state_root),
        "leaves": "" if None in leaves else f"{leaves[0]} -> {leaves[1]}",
        "block hash": _hash(outcome.block_hash),
        "pubdata": _sized(outcome.pubdata),
        "cycles": _count(outcome.cycles),
        "BLAKE2s calls": _count((outcome.delegations or {}).get("blake2s")),
        "U256 calls": _count((outcome.delegations or {}).get("u256")),
        "oracle words": _count(outcome.oracle_words),
        "guest heap bytes": _count(outcome.heap_bytes),
        "seconds": "" if outcome.seconds is None else f"{outcome.seconds:.4f}",
    }
    return _pairs("Block", rows)


def batch_commitments(outcome: Outcome) -> Sheet:
    """What a batch binds, and figures of the run."""
    known = outcome.batch
    rows = {"public input": _bytes(outcome.public_input)}
    if known is not None:
        rows |= {
            "state before": _hash(known.state_before),
            "state after": _hash(known.state_after),
            "output": _hash(known.output),
            "logs root": _hash(known.logs_root),
            "data availability": _hash(known.data_availability),
            "blobs": "\n".join(map(_hash, known.versioned_hashes)),
        }
    rows["cycles"] = _count(outcome.cycles)
    return _pairs("Batch", rows)


def _pairs(title: str, rows: dict[str, str]) -> Sheet:
    """What is known of names and values."""
    known = tuple((name, value) for name, value in rows.items() if value)
    return Sheet(title, ("", ""), known)


def _changed(before: Account, after: Account) -> Iterator[tuple[str, str, str]]:
    for name, old, new in zip(Account._fields, before, after, strict=True):
        if old != new:
            yield name.replace("_", " "), _property(name, old), _property(name, new)


def _property(name: str, value: Any) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return f"{value:#x}" if name == "versioning" else str(value)


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _hash(value: int | None) -> str:
    return "" if value is None else f"{value:#066x}"


def _bytes(data: bytes | None) -> str:
    if data is None:
        return ""
    shown = f"0x{data[:_SHOWN_BYTES].hex()}"
    return shown if len(data) <= _SHOWN_BYTES else f"{shown}... ({len(data)} bytes)"


def _sized(data: bytes | None) -> str:
    return "" if data is None else f"{len(data):,} bytes {_bytes(data)}"
