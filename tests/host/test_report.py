import struct

import pytest

from zkos.guest.protocol.report import REASON_INVALID_ENCODING, REASON_NONCE_TOO_LOW
from zkos.host.channel import REPORT, UART
from zkos.host.report import (
    AccountProperties,
    AccountReport,
    BatchReport,
    BlockReport,
    EventReport,
    L1LogReport,
    L1MessageReport,
    LogKind,
    PreimageKind,
    PreimageReport,
    SlotReport,
    Status,
    TransactionReport,
    decode_report,
    decode_reports,
    reason_name,
)
from zkos.host.words import ReportError


def u32(number):
    return struct.pack("<I", number)


def u64(number):
    return struct.pack("<Q", number)


def u256(number):
    return number.to_bytes(32, "little")


def address(number):
    return number.to_bytes(20, "little")


def data(content):
    return u32(len(content)) + content + bytes(-len(content) % 4)


def decode(*fields):
    return decode_report([(REPORT, b"".join(fields))])


def test_transaction_is_decoded():
    report = decode(
        *(u32(1), u32(3), u32(0x71), u32(1), u32(10), u256(2**255), u256(4)),
        *(u64(2**40), u64(5), u64(6), u64(7), u256(8), address(2**159), address(10)),
        data(b"abcde"),
    )
    assert report.transactions == [
        TransactionReport(
            number=3,
            type_byte=0x71,
            status=Status.REVERTED,
            reason=10,
            reason_values=(2**255, 4),
            gas_used=2**40,
            gas_refunded=5,
            native_used=6,
            pubdata_used=7,
            hash=8,
            sender=2**159,
            created=10,
            return_data=b"abcde",
        )
    ]


def test_event_is_decoded():
    report = decode(
        u32(2), u32(1), address(5), u32(2), u256(6), u256(7), data(b"12345678")
    )
    assert report.events == [EventReport(1, 5, (6, 7), b"12345678")]


def test_l1_log_and_message_are_decoded():
    report = decode(u32(3), u32(1), u32(1), address(0x8001), u256(6), u256(1))
    log = L1LogReport(1, LogKind.TRANSACTION_RESULT, 0x8001, 6, 1)
    assert report.l1_logs == [log]
    report = decode(u32(4), u32(2), address(9), data(b""))
    assert report.l1_messages == [L1MessageReport(2, 9, b"")]


def test_slot_and_preimage_are_decoded():
    report = decode(u32(5), address(1), u256(2), u256(3), u256(4), u32(1))
    assert report.slots == [SlotReport(1, 2, 3, 4, is_new=True)]
    report = decode(u32(6), u32(1), u256(5), data(b"code"))
    assert report.preimages == [PreimageReport(PreimageKind.CODE, 5, b"code")]


def test_pubdata_and_block_are_decoded():
    assert decode(u32(7), data(b"p" * 9)).pubdata == b"p" * 9
    report = decode(u32(8), u256(1), u256(2), u64(3), u256(4), u64(5), u256(6), u64(7))
    assert report.block == BlockReport(1, 2, 3, 4, 5, 6, 7)


BLOCK = (u32(8), u256(1), u256(2), u64(3), u256(4), u64(5), u256(6), u64(7))
BATCH = (u32(12), *(u256(n) for n in range(1, 7)), u32(1), u32(2), u256(8), u256(9))


def test_batch_is_decoded():
    batch = decode(*BATCH).batch
    assert batch == BatchReport(1, 2, 3, 4, 5, 6, 1, (8, 9))


def test_messages_are_told_apart_by_block():
    contents = [
        u32(7) + data(b"one"),
        b"".join(BLOCK),
        u32(7) + data(b"two"),
        b"".join(BLOCK),
        b"".join(BATCH),
    ]
    messages = [(REPORT, content) for content in contents]
    first, second = decode_reports(messages)
    assert (first.pubdata, second.pubdata) == (b"one", b"two")
    assert first.batch is None
    assert second.batch.blocks == 1
    with pytest.raises(ReportError, match="2 blocks are reported"):
        decode_report(messages)


def test_block_without_an_end_has_what_was_said():
    (only,) = decode_reports([(REPORT, u32(7) + data(b"p"))])
    assert (only.pubdata, only.block) == (b"p", None)
    assert decode_reports([])[0].pubdata is None


def test_account_is_decoded():
    def properties(n):
        return (
            *(u64(n), u64(n + 1), u256(n + 2), u256(n + 3), u32(n + 4), u32(n + 5)),
            *(u256(n + 6), u32(n + 7)),
        )

    report = decode(u32(9), address(7), *properties(10), *properties(20))
    initial = AccountProperties(*range(10, 18))
    current = AccountProperties(*range(20, 28))
    assert report.accounts == [AccountReport(7, initial, current)]


def test_text_is_decoded():
    report = decode_report([(UART, u32(5) + b"hello\0\0\0"), (UART, u32(0))])
    assert report.text == ["hello", ""]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "ends early"),
        (u32(14), "no message has kind 14"),
        (u32(12), "ends early"),
        (u32(7) + u32(5) + bytes(4), "ends early"),
        (u32(7) + u32(4) + bytes(8), "kind 7 has 4 bytes too many"),
        (u32(6) + u32(2) + u256(0) + u32(0), "PreimageKind cannot be 2"),
        (u32(2) + u32(0) + address(0) + u32(2**32 - 1), "ends early"),
    ],
)
def test_malformed_message_is_refused(content, reason):
    with pytest.raises(ReportError, match=reason):
        decode_report([(REPORT, content)])


def test_reasons_have_the_names_of_the_specification():
    assert reason_name(0) == ""
    assert reason_name(int(REASON_INVALID_ENCODING)) == "InvalidEncoding"
    assert reason_name(int(REASON_NONCE_TOO_LOW)) == "NonceTooLow"
    assert reason_name(99_999) == "reason 99999"
