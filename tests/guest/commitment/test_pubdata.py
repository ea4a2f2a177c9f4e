import pytest

from tests.guest.commitment.support import (
    ACCOUNTS,
    Caches,
    as_hash,
    b2s,
    be,
    flat,
    k256,
    log,
    log_bytes,
)
from tests.guest.objects import (
    OBJECTS,
    address_rank,
    attach,
    sort_order,
    sorted_places,
    write_pubdata,
)
from tests.guest.system.world import PREIMAGE, World
from zkos.guest.protocol.options import OPTION_PROVING
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import Array

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
BLOCK_HASH = bytes(range(32))
TIMESTAMP = 2**63 + 5
HEAD = b"\x01" + BLOCK_HASH + be(TIMESTAMP, 8)
NOTHING = be(0, 4)


@pytest.fixture
def caches():
    world = World(int(OPTION_PROVING))
    attach(world)
    yield Caches(world)
    attach(None)


def written(caches: Caches) -> bytes:
    return bytes(write_pubdata(caches.io, as_hash(BLOCK_HASH), U64(TIMESTAMP)))


def test_nothing_is_counts_of_nothing(caches):
    assert written(caches) == HEAD + NOTHING * 3


def test_unchanged_keys_are_left_out(caches):
    caches.slot(5, 1, 7, 7)
    caches.slot(5, 3, 7, 9)
    caches.slot(5, 2, 7, 7)

    changed = bytes([1 << 3 | 1, 2])
    assert written(caches) == HEAD + be(1, 4) + flat(5, 3) + changed + NOTHING * 2


def test_logs_and_messages(caches):
    logs = caches.io.events.logs
    logs.append(log(65537, 0x8008, 0xAB, 2**255, b"hello"))
    logs.append(log(2, 0x8001, 2**256 - 1, 1))
    logs.append(log(3, 0x8008, 0xAC, 5, b""))

    expected = log_bytes(1, 0x8008, 0xAB, 2**255) + log_bytes(2, 0x8001, 2**256 - 1, 1)
    expected += log_bytes(3, 0x8008, 0xAC, 5)
    messages = be(2, 4) + be(5, 4) + b"hello" + NOTHING
    assert written(caches) == HEAD + NOTHING + be(3, 4) + expected + messages


def stored(code: bytes, destinations: bytes) -> bytes:
    return code + bytes(-len(code) % 8) + destinations


def set_code(account, code: bytes, artifacts: bytes) -> None:
    account.versioning = U64(0x0101010000000000)
    account.nonce = U64(1)
    digest = b2s(stored(code, artifacts))
    account.bytecode_hash = U256(int.from_bytes(digest, "big"))
    account.code_length = U32(len(code))
    account.artifacts_length = U32(len(artifacts))
    account.observable_hash = U256(int.from_bytes(k256(code), "big"))
    account.observable_length = U32(len(code))


FULL_HEAD = be(0x0101010000000000, 8) + bytes([1 << 3 | 1, 1]) + b"\x01"


@pytest.mark.parametrize("length", [1, 3, 8, 24576, 70000])
def test_published_code_comes_with_padding_and_artifacts(caches, length):
    """It is asked for if nobody has it."""
    code = bytes(position * 7 % 256 for position in range(length))
    artifacts = bytes(range(1, 9)) * (-(-length // 64))
    whole = stored(code, artifacts)
    caches.world.preimages[b2s(whole)] = whole
    set_code(caches.account(0xA), code, artifacts)

    data = written(caches)

    diff = b"\x04" + FULL_HEAD + be(length, 4) + be(len(artifacts), 4)
    diff += whole + be(length, 4)
    assert data == HEAD + be(1, 4) + flat(ACCOUNTS, 0xA) + diff + NOTHING * 2
    assert caches.world.queries == [PREIMAGE]


def test_code_forced_by_hash_is_neither_asked_for_nor_measured(caches):
    account = caches.account(0xA)
    set_code(account, b"code", bytes(8))
    account.not_publish = True

    diff = b"\x24" + FULL_HEAD + b2s(stored(b"code", bytes(8))) + be(4, 4)
    data = written(caches)
    assert data == HEAD + be(1, 4) + flat(ACCOUNTS, 0xA) + diff + NOTHING * 2
    assert caches.world.queries == []


def test_cleared_delegation_is_a_full_diff_without_code(caches):
    account = caches.account(0xA)
    account.initial.versioning = U64(0x0201010000000000)
    account.initial.nonce = account.nonce = U64(3)

    unchanged = b"\x01"
    diff = b"\x04" + bytes(8) + unchanged * 2 + NOTHING * 3
    data = written(caches)
    assert data == HEAD + be(1, 4) + flat(ACCOUNTS, 0xA) + diff + NOTHING * 2
    assert caches.world.queries == []


def test_accounts_with_other_balance_and_nonce(caches):
    caches.account(3).nonce = U64(2)
    caches.account(2).balance = U256(2**160)
    both = caches.account(1)
    both.nonce, both.balance = U64(1), U256(1)
    caches.account(4)

    value = bytes([21 << 3 | 1]) + be(2**160, 21)
    one, two = bytes([1 << 3 | 1, 1]), bytes([1 << 3 | 1, 2])
    diffs = be(3, 4) + flat(ACCOUNTS, 1) + b"\x1c" + one + one
    diffs += flat(ACCOUNTS, 2) + b"\x14" + value + flat(ACCOUNTS, 3) + b"\x0c" + two
    assert written(caches) == HEAD + diffs + NOTHING * 2


def test_stream_outgrows_its_first_room(caches):
    message = bytes(position % 251 for position in range(200_000))
    caches.io.events.logs.append(log(0, 0x8008, 1, 2, message))
    caches.slot(5, 1, 0, 1)

    data = written(caches)

    diff = be(1, 4) + flat(5, 1) + bytes([1 << 3 | 1, 1])
    head = HEAD + diff + be(1, 4) + log_bytes(0, 0x8008, 1, 2)
    assert data == head + be(1, 4) + be(len(message), 4) + message


def test_slots_come_by_address_limbs_then_key(caches):
    places = [
        (1 << 64, 9),
        (5, 2**255),
        (5, 0),
        (1 << 128, 0),
        (5 | 1 << 128, 1),
        (5 | 1 << 64, 1),
        (ACCOUNTS, 5),
        (4, 2**256 - 1),
    ]
    for place in places:
        caches.slot(*place, 0, 1)

    found = sorted_places(caches.io)

    def limbs(place):
        address, key = place
        low = 2**64 - 1
        return (address & low, address >> 64 & low, address >> 128, key)

    numbers = [int(found[at]) for at in range(int(found.length()))]
    expected = sorted(places, key=limbs)
    assert list(zip(numbers[::2], numbers[1::2], strict=True)) == expected


def test_address_rank_keeps_all_bits():
    address = 0x11112222333344445555666677778888_99990000
    rank = int(address_rank(Address(address)))

    limbs = [address >> shift & 2**64 - 1 for shift in (0, 64, 128)]
    assert rank == limbs[0] << 128 | limbs[1] << 64 | limbs[2]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 100])
def test_sort_is_a_stable_permutation(count):
    values = [(position * 37 + 11) % 23 for position in range(count)]
    keys = Array(U256, count)
    for position, value in enumerate(values):
        keys[position] = U256(value)

    order = sort_order(keys)

    found = [int(order[position]) for position in range(count)]
    assert found == sorted(range(count), key=lambda position: values[position])
