"""A block as tables: transactions, logs, changes of state, L1, commitments."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from differential.decoded import event, revert_reason
from differential.explain import account_after
from differential.outcome import Outcome, TransactionOutcome, TransactionStatus
from differential.session import BlockResult
from zkos.cli.diff import show as show_comparison
from zkos.cli.diff import title
from zkos.host.accounts import Account
from zkos.host.state import ACCOUNTS, ChainState
from zkos.terminal.console import output, say
from zkos.terminal.text import visible

_STYLES = {
    TransactionStatus.SUCCESS: "green",
    TransactionStatus.REVERTED: "yellow",
    TransactionStatus.INVALID: "red",
}
_SHOWN_BYTES = 64
"""Of return data, logs and messages; `--json` has all of it."""


def show_block(result: BlockResult) -> None:
    """Everything the first engine that succeeded tells; more engines: compared."""
    outcomes = result.outcome.engines
    told = next((item for item in outcomes.values() if item.succeeded), None)
    if told is None or len(outcomes) > 1 or result.without:
        show_comparison(result)
    else:
        say(title(result), "bold", to=output())
    if told is None:
        return
    if result.outcome.batch is not None:
        output().print(batch_commitments(told))
        return
    for table in _tables(told, result):
        if table.row_count:
            output().print(table)
    output().print(commitments(told))


def _tables(outcome: Outcome, result: BlockResult) -> Iterator[Table]:
    yield transactions(outcome.transactions or ())
    yield logs(outcome.transactions or ())
    state = result.state_before()
    yield accounts(outcome, state)
    yield slots(outcome, state)
    yield l1(outcome)


def transactions(items: Sequence[TransactionOutcome]) -> Table:
    """Receipts."""
    table = _table("Transactions", "#", "status", "reason", "return data")
    for name in ("gas", "native", "pubdata", "logs"):
        table.add_column(name, justify="right")
    for index, item in enumerate(items):
        status = Text(item.status.value, _STYLES[item.status])
        table.add_row(
            str(index),
            status,
            Text(_reason(item)),
            _bytes(item.return_data),
            _count(item.gas_used),
            _count(item.native_used),
            _count(item.pubdata_used),
            _count(None if item.logs is None else len(item.logs)),
        )
    return table


def _reason(item: TransactionOutcome) -> str:
    """Why it was dropped or reverted, with what the contract says."""
    said = None
    if item.status is TransactionStatus.REVERTED and item.return_data:
        said = revert_reason(item.return_data)
    return " ".join(part for part in (visible(item.reason or ""), said) if part)


def logs(items: Sequence[TransactionOutcome]) -> Table:
    """EVM logs."""
    table = _table("Logs", "tx", "address", "event or topics", "data")
    for index, item in enumerate(items):
        for log in item.logs or ():
            topics = "\n".join(f"{topic:#066x}" for topic in log.topics)
            words = event(log)
            table.add_row(
                str(index),
                f"{log.address:#042x}",
                words or topics,
                "" if words else _bytes(log.data),
            )
    return table


def accounts(outcome: Outcome, state: ChainState) -> Table:
    """Account properties before and after."""
    table = _table("Accounts", "address", "field", "before", "after")
    for diff in outcome.detail.diffs or ():
        if diff.address != ACCOUNTS:
            continue
        address = f"{diff.key:#042x}"
        before, after = state.account(diff.key), account_after(outcome, diff.current)
        if after is None:
            table.add_row(address, "hash", "", f"{diff.current:#066x}")
            continue
        for name, old, new in _changed(before, after):
            table.add_row(address, name, old, new)
            address = ""
    return table


def slots(outcome: Outcome, state: ChainState) -> Table:
    """Storage slots before and after."""
    table = _table("Storage", "address", "slot", "before", "after")
    for diff in outcome.detail.diffs or ():
        if diff.address != ACCOUNTS:
            before = state.slot(diff.address, diff.key)
            table.add_row(
                f"{diff.address:#042x}",
                f"{diff.key:#x}",
                "new" if before is None else f"{before:#x}",
                f"{diff.current:#x}",
            )
    return table


def l1(outcome: Outcome) -> Table:
    """Logs and messages for L1."""
    table = _table("To L1", "tx", "sender", "key", "value or message")
    for log in outcome.detail.l1_logs or ():
        table.add_row(
            str(log.transaction),
            f"{log.sender:#042x}",
            f"{log.key:#066x}",
            f"{log.value:#066x}",
        )
    for message in outcome.detail.l1_messages or ():
        table.add_row("", "message", f"{len(message)} bytes", _bytes(message))
    return table


def commitments(outcome: Outcome) -> Table:
    """Roots, pubdata, public input and figures of the run."""
    detail = outcome.detail
    table = _table("Block", "", "")
    table.show_header = False
    rows = {
        "public input": _bytes(outcome.public_input),
        "root before": _hash(detail.root_before),
        "root after": _hash(outcome.state_root),
        "leaves": f"{detail.next_free_slot_before} -> {outcome.next_free_slot}",
        "block hash": _hash(outcome.block_hash),
        "pubdata": _sized(outcome.pubdata),
        "cycles": _count(outcome.cycles),
        "BLAKE2s calls": _count((outcome.delegations or {}).get("blake2s")),
        "U256 calls": _count((outcome.delegations or {}).get("u256")),
        "oracle words": _count(outcome.oracle_words),
        "guest heap bytes": _count(outcome.heap_bytes),
        "seconds": "" if outcome.seconds is None else f"{outcome.seconds:.4f}",
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, value)
    return table


def batch_commitments(outcome: Outcome) -> Table:
    """What a batch binds, and figures of the run."""
    table = _table("Batch", "", "")
    table.show_header = False
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
    for name, value in rows.items():
        if value:
            table.add_row(name, value)
    return table


def _table(name: str, *columns: str) -> Table:
    table = Table(title=name, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


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
