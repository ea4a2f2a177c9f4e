import pytest

from tests.guest.objects import (
    OBJECTS,
    Account,
    Commitment,
    Event,
    Log,
    Preimage,
    Report,
    Slot,
    attach,
)
from zkos.host.channel import QueryChannel, WordChannel
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
)
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import List, view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
HIGH = 2**256 - 2
FAR = 2**160 - 3


def sent(enabled, send):
    channel = QueryChannel(None)
    engine = WordChannel(channel, ())
    attach(engine)
    try:
        send(Report(enabled))
    finally:
        attach(None)
    engine.flush()
    return decode_report(channel.messages)


def transaction(report):
    report.transaction(
        U32(7),
        U32(0x7F),
        U32(1),
        U32(64),
        U256(HIGH),
        U256(3),
        U64(2**64 - 1),
        U64(5),
        U64(6),
        U64(8),
        Bytes32(HIGH - 1),
        Address(FAR),
        Address(9),
        view_of(b"return"),
    )


def event(report):
    event = Event(U32(4), Address(FAR), view_of(b"12345"))
    event.topics.append(U256(HIGH))
    event.topics.append(U256(1))
    report.event(event)


def logs(report):
    data = view_of(b"four")
    report.log(Log(U32(1), True, Address(0x8008), U256(FAR), U256(HIGH), data))
    data = view_of(b"")
    report.log(Log(U32(2), False, Address(0x8001), U256(HIGH), U256(1), data))


def slot(report):
    slot = Slot(Address(FAR), U256(HIGH), U256(1), True)
    slot.current = U256(HIGH - 2)
    report.storage_diff(slot)


def preimage(report):
    report.preimage(Preimage(U256(HIGH), view_of(b"1234567"), U32(1)))


def account(report):
    account = Account(Address(FAR), Preimage(U256(0), view_of(b""), U32(1)))
    account.initial.nonce = U64(1)
    account.initial.balance = U256(HIGH)
    account.versioning, account.nonce, account.balance = U64(2), U64(3), U256(4)
    account.bytecode_hash, account.code_length = U256(5), U32(6)
    account.artifacts_length = U32(7)
    account.observable_hash, account.observable_length = U256(8), U32(9)
    report.account_diff(account)


def block(report):
    before = Commitment(U256(HIGH), U64(2))
    after = Commitment(U256(3), U64(2**64 - 1))
    report.block(Bytes32(HIGH), before, after, Bytes32(5), U64(2**64 - 2))


def pubdata(report):
    report.pubdata(view_of(b"123456789"))


def batch(report):
    hashes = List(Bytes32)
    hashes.append(Bytes32(HIGH - 6))
    hashes.append(Bytes32(1))
    digests = [Bytes32(HIGH - number) for number in range(6)]
    report.batch(*digests, U32(3), hashes)


SENDERS = [transaction, event, logs, slot, preimage, account, pubdata, block, batch]


def test_every_kind_arrives_as_it_was_sent():
    def send(report):
        for one in SENDERS:
            one(report)

    report = sent(True, send)

    assert report.transactions == [
        TransactionReport(
            *(7, 0x7F, Status.REVERTED, 64, (HIGH, 3), 2**64 - 1, 5, 6, 8),
            *(HIGH - 1, FAR, 9, b"return"),
        )
    ]
    assert report.events == [EventReport(4, FAR, (HIGH, 1), b"12345")]
    assert report.l1_logs == [
        L1LogReport(1, LogKind.MESSAGE, 0x8008, FAR, HIGH),
        L1LogReport(2, LogKind.TRANSACTION_RESULT, 0x8001, HIGH, 1),
    ]
    assert report.l1_messages == [L1MessageReport(1, FAR, b"four")]
    assert report.slots == [SlotReport(FAR, HIGH, 1, HIGH - 2, is_new=True)]
    assert report.preimages == [PreimageReport(PreimageKind.CODE, HIGH, b"1234567")]
    assert report.accounts == [
        AccountReport(
            FAR,
            AccountProperties(0, 1, HIGH, 0, 0, 0, 0, 0),
            AccountProperties(2, 3, 4, 5, 6, 7, 8, 9),
        )
    ]
    assert report.block == BlockReport(HIGH, HIGH, 2, 3, 2**64 - 1, 5, 2**64 - 2)
    assert report.pubdata == b"123456789"
    assert report.batch == BatchReport(
        *(HIGH - number for number in range(6)), 3, (HIGH - 6, 1)
    )


@pytest.mark.parametrize("send", SENDERS)
def test_nothing_is_sent_unless_enabled(send):
    assert sent(False, send) == decode_report([])
