"""From what a guest reports to the outcome all engines share."""

from collections.abc import Iterable
from typing import Final

from differential.outcome import (
    AccountDiff,
    BatchOutcome,
    Detail,
    L1Log,
    Log,
    SlotDiff,
    TransactionOutcome,
    TransactionStatus,
)
from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.host.report import (
    AccountProperties,
    AccountReport,
    EventReport,
    Report,
    SlotReport,
    Status,
    TransactionReport,
    reason_name,
)
from zkos.host.signing import keccak256

EMPTY_CODE_HASH: Final = int.from_bytes(keccak256(b""), "big")
_STATUS: Final = {
    Status.SUCCESS: TransactionStatus.SUCCESS,
    Status.REVERTED: TransactionStatus.REVERTED,
    Status.INVALID: TransactionStatus.INVALID,
}
_VALUE_NAMES: Final = {
    "LackOfFundForMaxFee": ("fee", "balance"),
    "NonceTooHigh": ("tx", "state"),
    "NonceTooLow": ("tx", "state"),
    "IncorrectFrom": ("tx", "recovered"),
}
"""Reasons that say what they compared (bootloader spec 10)."""


def transactions_of(report: Report) -> tuple[TransactionOutcome, ...]:
    """The receipts of a report, with their logs.

    Logs count only the transactions that stay in the block.
    """
    logs: dict[int, list[Log]] = {}
    for event in report.events:
        logs.setdefault(event.transaction, []).append(_log(event))
    receipts, processed = [], 0
    for item in report.transactions:
        stays = item.status is not Status.INVALID
        own = logs.get(processed, ()) if stays else ()
        receipts.append(_transaction(item, tuple(own)))
        processed += stays
    return tuple(receipts)


def detail_of(report: Report) -> Detail:
    """The parts of a report that are compared but not printed."""
    return Detail(
        diffs=tuple(
            SlotDiff(slot.address, slot.key, slot.current) for slot in report.slots
        ),
        l1_logs=tuple(
            L1Log(log.transaction, log.sender, log.key, log.value)
            for log in report.l1_logs
        ),
        l1_messages=tuple(message.data for message in report.l1_messages),
        preimages=tuple(preimage.data for preimage in report.preimages),
        accounts=_accounts(report.accounts),
        storage=_storage(report.slots),
    )


def batch_of(report: Report) -> BatchOutcome | None:
    """What the last block's report says of the whole run."""
    known = report.batch
    if known is None:
        return None
    return BatchOutcome(
        known.state_before,
        known.state_after,
        known.output,
        known.logs_root,
        known.data_availability,
        known.versioned_hashes,
    )


def _accounts(reports: Iterable[AccountReport]) -> tuple[AccountDiff, ...]:
    changed = [
        _account(item.address, item.current)
        for item in reports
        if _account(item.address, item.initial) != _account(item.address, item.current)
    ]
    return tuple(sorted(changed, key=lambda item: item.address))


def _account(address: int, properties: AccountProperties) -> AccountDiff:
    code_hash = EMPTY_CODE_HASH
    if properties.observable_length:
        code_hash = properties.observable_hash
    return AccountDiff(address, properties.balance, properties.nonce, code_hash)


def _storage(reports: Iterable[SlotReport]) -> tuple[SlotDiff, ...]:
    diffs = [
        SlotDiff(slot.address, slot.key, slot.current)
        for slot in reports
        if slot.address != int(ACCOUNT_PROPERTIES)
    ]
    return tuple(sorted(diffs, key=lambda diff: (diff.address, diff.key)))


def describe_reason(reason: int, values: tuple[int, int]) -> str:
    """Name of a reason code and the values it compared, as upstream prints them."""
    name = reason_name(reason)
    labels = _VALUE_NAMES.get(name)
    if labels is None:
        return name
    shown = [f"{value:#042x}" if name == "IncorrectFrom" else value for value in values]
    return f"{name} {{ {labels[0]}: {shown[0]}, {labels[1]}: {shown[1]} }}"


def _log(event: EventReport) -> Log:
    return Log(event.address, event.topics, event.data)


def _transaction(
    report: TransactionReport, logs: tuple[Log, ...]
) -> TransactionOutcome:
    return TransactionOutcome(
        status=_STATUS[report.status],
        reason=describe_reason(report.reason, report.reason_values),
        gas_used=report.gas_used,
        native_used=report.native_used,
        return_data=report.return_data,
        logs=logs,
        hash=report.hash,
        pubdata_used=report.pubdata_used,
        type_byte=report.type_byte,
        sender=report.sender,
        created=report.created,
        gas_refunded=report.gas_refunded,
    )
