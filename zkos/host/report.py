"""What the guest reports of a block: its messages, decoded.

The format is the table in `zkos/guest/README.md`; numbers are words, least
significant first. Nothing here is part of the proof.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeVar

from zkos.guest.protocol import report as guest_report
from zkos.host.channel import REPORT, UART
from zkos.host.words import ReportError, Words

E = TypeVar("E", bound=IntEnum)
_REASON_PREFIX: Final = "REASON_"


class Status(IntEnum):
    """What became of a transaction."""

    SUCCESS = int(guest_report.STATUS_SUCCESS)
    REVERTED = int(guest_report.STATUS_REVERTED)
    INVALID = int(guest_report.STATUS_INVALID)


class LogKind(IntEnum):
    """Who makes an L2 to L1 log."""

    MESSAGE = int(guest_report.LOG_MESSAGE)
    TRANSACTION_RESULT = int(guest_report.LOG_TRANSACTION_RESULT)


class PreimageKind(IntEnum):
    """What a new preimage is."""

    ACCOUNT = 0
    CODE = 1


@dataclass(frozen=True, slots=True)
class TransactionReport:
    """The receipt of a transaction, of kind 1."""

    number: int
    """Position among all transactions served in the block, dropped ones too."""
    type_byte: int
    status: Status
    reason: int
    """A reason of `zkos.guest.protocol.report`; 0 is none."""
    reason_values: tuple[int, int]
    gas_used: int
    gas_refunded: int
    """What was granted of the refund counter (EIP-3529)."""
    native_used: int
    pubdata_used: int
    hash: int
    sender: int
    created: int
    return_data: bytes


@dataclass(frozen=True, slots=True)
class EventReport:
    """An EVM log kept by its transaction, of kind 2."""

    transaction: int
    """Position among the processed transactions of the block; likewise of L1 logs."""
    address: int
    topics: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class L1LogReport:
    """A log for L1, of kind 3."""

    transaction: int
    kind: LogKind
    sender: int
    key: int
    value: int


@dataclass(frozen=True, slots=True)
class L1MessageReport:
    """A user message for L1, of kind 4."""

    transaction: int
    emitter: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SlotReport:
    """A changed storage record, of kind 5; account hashes are under 0x8003."""

    address: int
    key: int
    initial: int
    current: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class PreimageReport:
    """A preimage made in the block, of kind 6."""

    kind: PreimageKind
    hash: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BlockReport:
    """The commitments of the block, of kind 8."""

    hash: int
    root_before: int
    next_free_slot_before: int
    root_after: int
    next_free_slot_after: int
    rolling_hash: int
    gas_used: int
    """Of the transactions that stay in the block."""


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What the whole run commits to, of kind 12."""

    state_before: int
    """Hash of the chain's state; likewise after."""
    state_after: int
    output: int
    logs_root: int
    data_availability: int
    public_input: int
    blocks: int
    versioned_hashes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AccountProperties:
    """The fields of an account record (system spec 3.3)."""

    versioning: int
    nonce: int
    balance: int
    bytecode_hash: int
    bytecode_length: int
    artifacts_length: int
    observable_hash: int
    observable_length: int


@dataclass(frozen=True, slots=True)
class AccountReport:
    """A changed account, of kind 9."""

    address: int
    initial: AccountProperties
    current: AccountProperties


@dataclass(slots=True)
class Report:
    """Everything a run reported of a block, in order of arrival."""

    transactions: list[TransactionReport] = field(default_factory=list)
    events: list[EventReport] = field(default_factory=list)
    l1_logs: list[L1LogReport] = field(default_factory=list)
    l1_messages: list[L1MessageReport] = field(default_factory=list)
    slots: list[SlotReport] = field(default_factory=list)
    preimages: list[PreimageReport] = field(default_factory=list)
    accounts: list[AccountReport] = field(default_factory=list)
    pubdata: bytes | None = None
    block: BlockReport | None = None
    batch: BatchReport | None = None
    """With the last block of a run."""
    text: list[str] = field(default_factory=list)
    """UART messages."""


def decode_report(messages: Iterable[tuple[int, bytes]]) -> Report:
    """All messages of a run of one block; raises ReportError."""
    reports = decode_reports(messages)
    if len(reports) > 1:
        raise ReportError(f"{len(reports)} blocks are reported instead of one")
    return reports[0]


def decode_reports(messages: Iterable[tuple[int, bytes]]) -> list[Report]:
    """All messages of a run, by block; raises ReportError.

    The last report is of a block that did not end, if there is one, so there is always
    one.
    """
    reports = [Report()]
    for kind, content in messages:
        if kind == UART:
            reports[-1].text.append(_text(content))
        elif kind == REPORT:
            words = Words(content)
            number = words.u32()
            if number == guest_report.KIND_BATCH:
                reports[-1].batch = _batch(words)
                words.finish(number)
                continue
            if reports[-1].block is not None:
                reports.append(Report())
            _decode_message(number, words, reports[-1])
        else:
            raise ReportError(f"no such message: {kind:#x}")
    return reports


def reason_name(reason: int) -> str:
    """The spec's name of a reason code; empty for 0."""
    if reason == 0:
        return ""
    return _REASON_NAMES.get(reason, f"reason {reason}")


def _camel(name: str) -> str:
    words = name.removeprefix(_REASON_PREFIX).split("_")
    return "".join(word.capitalize() for word in words)


_REASON_NAMES: Final = {
    int(value): _camel(name)
    for name, value in vars(guest_report).items()
    if name.startswith(_REASON_PREFIX)
}


def _text(content: bytes) -> str:
    length = int.from_bytes(content[:4], "little")
    return content[4 : 4 + length].decode("utf-8", "replace")


def _decode_message(kind: int, words: Words, report: Report) -> None:
    match kind:
        case (
            guest_report.KIND_STEP
            | guest_report.KIND_FRAME_END
            | guest_report.KIND_CALL_GAS
        ):
            return  # read by `zkos.host.trace`
        case guest_report.KIND_TRANSACTION:
            report.transactions.append(_transaction(words))
        case guest_report.KIND_EVENT:
            report.events.append(_event(words))
        case guest_report.KIND_L1_LOG:
            report.l1_logs.append(_l1_log(words))
        case guest_report.KIND_L1_MESSAGE:
            report.l1_messages.append(
                L1MessageReport(words.u32(), words.address(), words.data())
            )
        case guest_report.KIND_STORAGE_DIFF:
            report.slots.append(_slot(words))
        case guest_report.KIND_PREIMAGE:
            what = _enum(PreimageKind, words.u32())
            report.preimages.append(PreimageReport(what, words.u256(), words.data()))
        case guest_report.KIND_PUBDATA:
            report.pubdata = words.data()
        case guest_report.KIND_BLOCK:
            report.block = _block(words)
        case guest_report.KIND_ACCOUNT_DIFF:
            report.accounts.append(
                AccountReport(words.address(), _properties(words), _properties(words))
            )
        case _:
            raise ReportError(f"no message has kind {kind}")
    words.finish(kind)


def _transaction(words: Words) -> TransactionReport:
    return TransactionReport(
        number=words.u32(),
        type_byte=words.u32(),
        status=_enum(Status, words.u32()),
        reason=words.u32(),
        reason_values=(words.u256(), words.u256()),
        gas_used=words.u64(),
        gas_refunded=words.u64(),
        native_used=words.u64(),
        pubdata_used=words.u64(),
        hash=words.u256(),
        sender=words.address(),
        created=words.address(),
        return_data=words.data(),
    )


def _event(words: Words) -> EventReport:
    transaction, address, count = words.u32(), words.address(), words.u32()
    topics = tuple(words.u256() for _ in range(count))
    return EventReport(transaction, address, topics, words.data())


def _l1_log(words: Words) -> L1LogReport:
    return L1LogReport(
        transaction=words.u32(),
        kind=_enum(LogKind, words.u32()),
        sender=words.address(),
        key=words.u256(),
        value=words.u256(),
    )


def _slot(words: Words) -> SlotReport:
    return SlotReport(
        address=words.address(),
        key=words.u256(),
        initial=words.u256(),
        current=words.u256(),
        is_new=words.u32() != 0,
    )


def _block(words: Words) -> BlockReport:
    return BlockReport(
        hash=words.u256(),
        root_before=words.u256(),
        next_free_slot_before=words.u64(),
        root_after=words.u256(),
        next_free_slot_after=words.u64(),
        rolling_hash=words.u256(),
        gas_used=words.u64(),
    )


def _batch(words: Words) -> BatchReport:
    return BatchReport(
        state_before=words.u256(),
        state_after=words.u256(),
        output=words.u256(),
        logs_root=words.u256(),
        data_availability=words.u256(),
        public_input=words.u256(),
        blocks=words.u32(),
        versioned_hashes=tuple(words.u256() for _ in range(words.u32())),
    )


def _properties(words: Words) -> AccountProperties:
    return AccountProperties(
        versioning=words.u64(),
        nonce=words.u64(),
        balance=words.u256(),
        bytecode_hash=words.u256(),
        bytecode_length=words.u32(),
        artifacts_length=words.u32(),
        observable_hash=words.u256(),
        observable_length=words.u32(),
    )


def _enum(kind: type[E], value: int) -> E:
    try:
        return kind(value)
    except ValueError as error:
        raise ReportError(f"{kind.__name__} cannot be {value}") from error
