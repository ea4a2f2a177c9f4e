import pytest
from Crypto.Hash import keccak

from tests.guest.hooks.support import (
    CALLER,
    call,
    frame_for,
    hooks,
    io_of,
    ledger,
    run,
    specials,
)
from tests.guest.objects import OBJECTS
from tests.guest.system.world import World, b2s, stored
from zkos.guest.protocol.options import OPTION_DISABLE_SYSTEM_CONTRACTS
from zkos.guest.system.calls import Exit, Scheme
from zkos.guest.system.errors import Fatal, OutOfNative
from zkos.lang.ints import U8, U256, Address

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

DEPLOYER, MESSENGER, TOKEN, UPGRADER = 0x8006, 0x8008, 0x800A, 0x800F
SEND = bytes.fromhex("62f84b24")
WITHDRAW = bytes.fromhex("51cff8d9")
WITHDRAW_WITH_MESSAGE = bytes.fromhex("84bc3eb0")
SET_DETAILS = bytes.fromhex("f6eca0b0")
FINALIZE = bytes.fromhex("6c0960f9")
TOPIC = 0x3A36E47291F4201FAF137FAB081D92295BCE2D53BE2C6CA68BA82C7FAA9CE241
WITHDRAWAL = 0x2717EAD6B9200DD235AAD468C9809EA400FE33AC69B5BFAA6D3E90FC922B6398
WITHDRAWAL_WITH_MESSAGE = (
    0xC405FE8958410BBAF0C73B7A0C3E20859E86CA168A4C9B0DEF9C54D2555A306B
)
ENTRY = (100 * 256, 1000)


@pytest.fixture
def installed():
    return hooks()


@pytest.fixture
def world():
    return World()


def words(*numbers):
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def k256(data):
    return keccak.new(data=data, digest_bits=256).digest()


def message_call(message, offset=32):
    return SEND + words(offset, len(message)) + message + bytes(-len(message) % 32)


def logs(installed):
    found = io_of(installed).events.logs
    return [found[index] for index in range(found.length())]


def fund(installed, address, amount):
    io = io_of(installed)
    infinite = frame_resources(installed)
    io.add_balance(U8(0), infinite, Address(address), U256(amount))


def frame_resources(installed):
    return call(installed, 4, b"")[1].resources


def events(installed):
    found = io_of(installed).events.events
    return [
        (
            int(event.address),
            [int(event.topics[index]) for index in range(event.topics.length())],
            bytes(event.data),
        )
        for event in (found[index] for index in range(found.length()))
    ]


def keccak_gas(length):
    return 30 + 6 * -(-length // 32)


def keccak_native(length):
    return 2500 + 17500 * max(1, -(-length // 136))


def event_price(topics, length):
    return 375 + 375 * topics + 8 * length, 6000 + 200 * topics + 2 * length


def message_price(message):
    """Gas and native of a message and its event."""
    length, encoded = len(message), 64 + 32 * -(-len(message) // 32)
    gas = 48 + 3 * 42 + 2 * keccak_gas(length) + 375 + 8 * length
    native = 80_000 + 2 * keccak_native(length) + 6000 + 2 * length
    more_gas, more_native = event_price(3, encoded)
    return gas + more_gas, native + more_native


def price(*charges):
    """Ergs and native of a call with these charges besides its entry."""
    gas, native = (sum(part) for part in zip(*charges, strict=True))
    return gas * 256 + ENTRY[0], native + ENTRY[1]


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
    digest = int.from_bytes(k256(message), "big")
    assert events(installed) == [(MESSENGER, [TOPIC, CALLER, digest], data[4:])]
    assert ledger(frame) == price(message_price(message))


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
    assert (reason, ledger(frame)) == (Exit.REVERTED, ENTRY)


def test_entry_costs_a_hundred_gas_and_a_thousand_native(installed):
    for address in (DEPLOYER, MESSENGER, TOKEN):
        reason, frame = call(installed, address, b"")
        assert (reason, ledger(frame)) == (Exit.REVERTED, ENTRY)
        reason, frame = call(installed, address, b"", gas=99)
        assert (reason, frame.resources.ergs) == (Exit.HALTED, 0)
        with pytest.raises(OutOfNative):
            call(installed, address, b"", native=999)


def test_message_of_18_bytes_costs_3133_gas(installed):
    message = bytes(18)
    assert message_price(message)[0] + 100 == 3133
    reason, _ = call(installed, MESSENGER, message_call(message), gas=3133)
    assert reason is Exit.RETURNED
    reason, frame = call(installed, MESSENGER, message_call(message), gas=3132)
    assert (reason, frame.resources.ergs) == (Exit.HALTED, 0)


def test_plain_account_pays_for_its_message_as_a_contract_does(installed):
    frame = frame_for(MESSENGER, message_call(b"x"))
    frame.environment = U8(0)
    assert run(installed, frame) is Exit.RETURNED
    assert ledger(frame) == price(message_price(b"x"))


BURN = (100, 5000)


@pytest.mark.parametrize("environment", [0, 1])
def test_withdrawal_burns_and_tells_l1(installed, environment):
    fund(installed, TOKEN, 1000)
    frame = frame_for(TOKEN, WITHDRAW + words(0xABC), value=999)
    frame.environment = U8(environment)
    assert run(installed, frame) is Exit.RETURNED
    assert frame.output.length() == 0
    (log,) = logs(installed)
    message = FINALIZE + (0xABC).to_bytes(20, "big") + words(999)
    assert bytes(log.data) == message
    assert (log.sender, log.key) == (MESSENGER, TOKEN)
    assert io_of(installed).account(Address(TOKEN)).balance == 1
    digest = int.from_bytes(k256(message), "big")
    assert events(installed) == [
        (MESSENGER, [TOPIC, TOKEN, digest], words(32, 56) + message + bytes(8)),
        (TOKEN, [WITHDRAWAL, CALLER, 0xABC], words(999)),
    ]
    assert ledger(frame) == price(BURN, message_price(message), event_price(3, 32))
    assert ledger(frame)[0] == 5561 * 256


@pytest.mark.parametrize("data", [WITHDRAW + bytes(31), WITHDRAW + words(2**160)])
def test_malformed_withdrawal_reverts(installed, data):
    fund(installed, TOKEN, 5)
    assert is_reverted(installed, TOKEN, data, value=5)


@pytest.mark.parametrize("extra", [b"", b"abc", bytes(range(17)), bytes(100)])
def test_withdrawal_with_message_takes_any_offset(installed, extra):
    fund(installed, TOKEN, 7)
    data = WITHDRAW_WITH_MESSAGE + words(0xABC, 96, 0, len(extra)) + extra
    reason, frame = call(installed, TOKEN, data, value=7)
    assert reason is Exit.RETURNED
    receiver, sender = (0xABC).to_bytes(20, "big"), CALLER.to_bytes(20, "big")
    (log,) = logs(installed)
    message = FINALIZE + receiver + words(7) + sender + extra
    assert (bytes(log.data), log.key) == (message, TOKEN)
    encoded = words(32, len(message)) + message + bytes(-len(message) % 32)
    own = words(7, 64, len(extra)) + extra + bytes(-len(extra) % 32)
    digest = int.from_bytes(k256(message), "big")
    assert events(installed) == [
        (MESSENGER, [TOPIC, TOKEN, digest], encoded),
        (TOKEN, [WITHDRAWAL_WITH_MESSAGE, CALLER, 0xABC], own),
    ]
    copies = (0, 80 + len(encoded) + 80 + len(own))
    sent = message_price(message)
    assert ledger(frame) == price(BURN, sent, event_price(3, len(own)), copies)
    if len(extra) == 17:
        assert ledger(frame)[0] == 6893 * 256


@pytest.mark.parametrize(
    "tail",
    [
        *(words(2**160, 64, 0), words(2**255 + 1, 64, 0)),
        *(words(1, 64), words(1, 64, 1), words(1, 64, 2**32), words(1, 2**32, 0)),
        *(words(1, 2**32 - 1, 0), words(1, 2**256 - 1, 0), words(1)),
    ],
)
def test_malformed_withdrawal_with_message_reverts(installed, tail):
    fund(installed, TOKEN, 5)
    data = WITHDRAW_WITH_MESSAGE + tail
    assert is_reverted(installed, TOKEN, data, value=5)
    assert io_of(installed).account(Address(TOKEN)).balance == 5


def details(target, code, observable=9, length=None):
    digest = int.from_bytes(b2s(code), "big")
    size = len(code) if length is None else length
    return SET_DETAILS + words(target, digest, size, observable)


@pytest.mark.parametrize("code", [b"", b"\x5b\0\0\0\0", bytes(24_576)])
def test_upgrader_sets_bytecode_details(world, code):
    world.preimages[b2s(code)] = code
    installed = hooks(world=world)
    data = details(0xABC, code) + b"ignored"
    reason, frame = call(installed, DEPLOYER, data, caller=UPGRADER)
    account = io_of(installed).account(Address(0xABC))
    assert reason is Exit.RETURNED
    assert account.bytecode_hash == int.from_bytes(b2s(stored(code)), "big")
    assert account.code_length == account.observable_length == len(code)
    assert account.observable_hash == 9
    assert account.environment() == 1
    assert ledger(frame)[0] == (100 + 50 * len(code) + 2600) * 256
    if len(code) == 5:
        assert ledger(frame)[0] == 2950 * 256


def test_upgrader_must_give_the_length_of_the_code(world):
    world.preimages[b2s(b"code")] = b"code"
    installed = hooks(world=world)
    good = details(0xABC, b"code")
    assert call(installed, DEPLOYER, good, caller=UPGRADER)[0] is Exit.RETURNED
    bad = details(0xABC, b"code", length=3)
    with pytest.raises(Fatal):
        call(installed, DEPLOYER, bad, caller=UPGRADER)


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
    replay = hooks(int(OPTION_DISABLE_SYSTEM_CONTRACTS))
    assert specials(replay, 0x10000) == [*range(1, 9), 0x100]
