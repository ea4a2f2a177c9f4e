import pytest
from Crypto.Hash import keccak

from tests.guest.hooks.support import CALLER, call, frame_for, hooks, ledger
from zkos.guest.protocol.options import OPTION_DISABLE_SYSTEM_CONTRACTS
from zkos.guest.system.calls import Exit, Scheme
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U8, U256, Address

DEPLOYER, MESSENGER, TOKEN, UPGRADER = 0x8006, 0x8008, 0x800A, 0x800F
SEND = bytes.fromhex("62f84b24")
WITHDRAW = bytes.fromhex("51cff8d9")
WITHDRAW_WITH_MESSAGE = bytes.fromhex("84bc3eb0")
SET_DETAILS = bytes.fromhex("f6eca0b0")
FINALIZE = bytes.fromhex("6c0960f9")
TOPIC = 0x3A36E47291F4201FAF137FAB081D92295BCE2D53BE2C6CA68BA82C7FAA9CE241
TEN_ERGS = 10


@pytest.fixture
def installed():
    with hooks() as made:
        yield made


def words(*numbers):
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def k256(data):
    return keccak.new(data=data, digest_bits=256).digest()


def message_call(message, offset=32):
    return SEND + words(offset, len(message)) + message + bytes(-len(message) % 32)


def logs(installed):
    found = installed.system.io.events.logs
    return [found[index] for index in range(found.length())]


def fund(installed, address, amount):
    io = installed.system.io
    infinite = frame_resources(installed)
    io.add_balance(U8(0), infinite, Address(address), U256(amount))


def frame_resources(installed):
    return call(installed, 4, b"")[1].resources


def is_reverted(installed, address, data, **more):
    """Whether a call reverts and leaves no log, keeping what gas it did not use."""
    reason, frame = call(installed, address, data, **more)
    assert reason is not Exit.REVERTED or frame.output.length() == 0
    return reason is Exit.REVERTED and not logs(installed)


@pytest.mark.parametrize("message", [b"", b"hello", bytes(200)])
def test_message_is_sent_with_its_event(installed, message):
    data = message_call(message)
    reason, frame = call(installed, MESSENGER, data)
    assert reason is Exit.RETURNED
    assert bytes(frame.output) == k256(message)
    (log,) = logs(installed)
    assert (log.sender, log.key, bytes(log.data)) == (MESSENGER, CALLER, message)
    event = installed.system.io.events.events[0]
    topics = [int(event.topics[index]) for index in range(3)]
    assert topics == [TOPIC, CALLER, int.from_bytes(k256(message), "big")]
    assert (event.address, bytes(event.data)) == (MESSENGER, data[4:])
    gas = 30 + 6 * -(-len(message) // 32) + 375 * 4 + 8 * len(data[4:])
    assert ledger(frame)[0] == gas * 256 + TEN_ERGS


@pytest.mark.parametrize(
    "data",
    [
        *(b"", SEND[:3], SEND, SEND + words(32), SEND + bytes(31), b"\0" * 100),
        *(message_call(b"x", 64), message_call(b"x", 2**255)),
        *(SEND + words(32, 33) + bytes(32), SEND + words(32, 2**32) + bytes(32)),
        *(message_call(b"x") + b"\0", message_call(b"x")[:-1]),
    ],
)
def test_malformed_message_reverts(installed, data):
    assert is_reverted(installed, MESSENGER, data)


@pytest.mark.parametrize("address", [DEPLOYER, MESSENGER, TOKEN])
def test_delegated_calls_fail_before_any_charge(installed, address):
    for scheme in (Scheme.DELEGATE, Scheme.CALLCODE):
        reason, frame = call(installed, address, message_call(b"x"), scheme=scheme)
        assert reason is Exit.REVERTED
        assert ledger(frame) == (0, 0)


def test_value_is_refused_before_any_charge_where_not_payable(installed):
    for address, data in ((MESSENGER, message_call(b"x")), (DEPLOYER, SET_DETAILS)):
        reason, frame = call(installed, address, data, value=1, caller=UPGRADER)
        assert (reason, ledger(frame)) == (Exit.REVERTED, (0, 0))


@pytest.mark.parametrize(
    ("address", "data"),
    [
        (MESSENGER, message_call(b"x")),
        (TOKEN, WITHDRAW + words(1)),
        (TOKEN, WITHDRAW_WITH_MESSAGE + words(1, 64, 0)),
        (DEPLOYER, SET_DETAILS + words(1, 2, 3, 4)),
    ],
)
def test_static_calls_revert(installed, address, data):
    reason, frame = call(installed, address, data, static=True, caller=UPGRADER)
    assert (reason, ledger(frame)) == (Exit.REVERTED, (TEN_ERGS, 0))


def test_ten_ergs_are_needed(installed):
    reason, frame = call(installed, MESSENGER, message_call(b"x"), gas=0)
    assert reason is not Exit.RETURNED
    assert frame.resources.ergs == 0


def test_message_from_a_plain_account_is_fatal(installed):
    frame = frame_for(MESSENGER, message_call(b"x"))
    frame.environment = U8(0)
    with pytest.raises(Fatal):
        installed.run(frame, Scheme.CALL)


def test_withdrawal_burns_and_tells_l1(installed):
    fund(installed, TOKEN, 1000)
    reason, frame = call(installed, TOKEN, WITHDRAW + words(0xABC), value=999)
    assert reason is Exit.RETURNED
    assert frame.output.length() == 0
    (log,) = logs(installed)
    receiver = (0xABC).to_bytes(20, "big")
    assert bytes(log.data) == FINALIZE + receiver + words(999)
    assert log.key == CALLER
    assert installed.system.io.account(Address(TOKEN)).balance == 1


@pytest.mark.parametrize("data", [WITHDRAW + bytes(31), WITHDRAW + words(2**160)])
def test_malformed_withdrawal_reverts(installed, data):
    fund(installed, TOKEN, 5)
    assert is_reverted(installed, TOKEN, data, value=5)


def test_withdrawal_with_message_takes_any_offset_and_address_word(installed):
    fund(installed, TOKEN, 7)
    data = WITHDRAW_WITH_MESSAGE + words(2**255 + 0xABC, 96, 0, 3) + b"abc"
    reason, _ = call(installed, TOKEN, data, value=7)
    assert reason is Exit.RETURNED
    receiver, sender = (0xABC).to_bytes(20, "big"), CALLER.to_bytes(20, "big")
    (log,) = logs(installed)
    assert bytes(log.data) == FINALIZE + receiver + words(7) + sender + b"abc"


@pytest.mark.parametrize(
    "tail",
    [
        *(words(1, 64), words(1, 64, 1), words(1, 64, 2**32), words(1, 2**32, 0)),
        *(words(1, 2**32 - 1, 0), words(1, 2**256 - 1, 0), words(1)),
    ],
)
def test_malformed_withdrawal_with_message_reverts(installed, tail):
    fund(installed, TOKEN, 5)
    data = WITHDRAW_WITH_MESSAGE + tail
    assert is_reverted(installed, TOKEN, data, value=5)
    assert installed.system.io.account(Address(TOKEN)).balance == 5


def test_upgrader_sets_bytecode_details(installed):
    data = SET_DETAILS + words(0xABC, 2**255, 24_576, 9) + b"ignored"
    reason, _ = call(installed, DEPLOYER, data, caller=UPGRADER)
    assert reason is Exit.RETURNED
    account = installed.system.io.account(Address(0xABC))
    assert account.bytecode_hash == 2**255
    assert (account.bytecode_length, account.observable_length) == (24_576, 24_576)
    assert account.observable_hash == 9
    assert account.environment() == 1


@pytest.mark.parametrize(
    ("tail", "caller"),
    [
        (words(1, 2, 3, 4), CALLER),
        (words(1, 2, 3, 4)[:-1], UPGRADER),
        (words(2**160, 2, 3, 4), UPGRADER),
        (words(1, 2, 24_577, 4), UPGRADER),
        (words(1, 2, 2**32 + 3, 4), UPGRADER),
    ],
)
def test_unfit_bytecode_details_revert(installed, tail, caller):
    reason, _ = call(installed, DEPLOYER, SET_DETAILS + tail, caller=caller)
    assert reason is Exit.REVERTED


def test_replay_build_has_no_system_contracts():
    with hooks(int(OPTION_DISABLE_SYSTEM_CONTRACTS)) as replay:
        assert not any(
            replay.is_special(Address(number)) for number in range(11, 0x10000)
        )
