import pytest
from Crypto.Hash import keccak

from tests.guest.objects import OBJECTS, Io, ReturnMemory, fill
from tests.guest.system.budget import plenty, purse, spent
from tests.guest.system.conftest import new_io
from tests.guest.system.world import World, b2s, encode_account, stored
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.guest.system.errors import (
    Fatal,
    OutOfErgs,
    OutOfNative,
    OutOfReturnMemory,
)
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import List, allocate_bytes, view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

A = Address(0xA)
B = Address(0xB)
KEY = U256(1)


def k256(data: bytes) -> int:
    return int.from_bytes(keccak.new(data=data, digest_bits=256).digest(), "big")


def topics(*numbers: int) -> List[U256]:
    made = List(U256)
    for value in numbers:
        made.append(U256(value))
    return made


def message(io: Io, data: bytes) -> None:
    io.emit_l1_message(plenty(), A, view_of(data))


def set_slot(io: Io, value: int, address: Address = A) -> None:
    io.write_slot(EVM, plenty(), address, KEY, U256(value))


def test_transient_storage_follows_frames_and_transactions(io: Io) -> None:
    resources = plenty()
    io.write_transient(resources, A, KEY, U256(1))
    assert spent(resources) == (100, 4000)
    outer = io.start_frame()
    inner = io.start_frame()
    io.write_transient(resources, A, KEY, U256(2))
    io.write_transient(resources, B, KEY, U256(3))
    io.finish_frame(inner, False)
    assert io.read_transient(resources, A, KEY) == U256(2)
    io.finish_frame(outer, True)
    assert io.read_transient(resources, A, KEY) == U256(1)
    assert io.read_transient(resources, B, KEY) == U256(0)
    assert spent(resources) == (600, 24000)
    io.finish_transaction()
    io.begin_transaction()
    assert io.read_transient(resources, A, KEY) == U256(0)
    snapshot = io.start_frame()
    io.write_transient(resources, A, KEY, U256(9))
    io.finish_frame(snapshot, True)
    assert io.read_transient(resources, A, KEY) == U256(0)


def test_transient_write_unpaid(io: Io) -> None:
    with pytest.raises(OutOfErgs):
        io.write_transient(purse(gas=99, native=4000), A, KEY, U256(1))
    assert io.read_transient(plenty(), A, KEY) == U256(0)


@pytest.mark.parametrize(
    ("length", "blocks"), [(0, 1), (1, 1), (136, 1), (137, 2), (272, 2), (273, 3)]
)
def test_keccak_system_function(io: Io, length: int, blocks: int) -> None:
    data = bytes(range(256)) * 2
    resources = plenty()
    digest = io.keccak(resources, view_of(data[:length]))
    assert int(digest) == k256(data[:length])
    words = (length + 31) // 32
    assert spent(resources) == (30 + 6 * words, 2500 + 17500 * blocks)


def test_event_prices_and_content(io: Io) -> None:
    data = view_of(b"hello")
    resources = plenty()
    io.emit_event(EVM, resources, A, topics(1, 2), data)
    data.fill(0)
    assert spent(resources) == (375 * 3 + 8 * 5, 6000 + 400 + 10)
    event = io.events.events[0]
    assert (event.address, event.topics.length()) == (A, U32(2))
    assert event.topics[1] == U256(2)
    assert bytes(event.data) == b"hello"


def test_event_outside_the_evm_pays_native_only(io: Io) -> None:
    resources = plenty()
    io.emit_event(NONE, resources, A, topics(1, 2), view_of(b"hello"))
    assert spent(resources) == (0, 6000 + 400 + 10)
    assert io.events.events.length() == 1


def test_event_of_an_unknown_environment_is_fatal(io: Io) -> None:
    with pytest.raises(Fatal):
        io.emit_event(U8(2), plenty(), A, topics(), view_of(b""))


def test_message_prices_and_content(io: Io) -> None:
    data = bytes(200)
    source = view_of(data)
    resources = plenty()
    digest = io.emit_l1_message(resources, A, source)
    source.fill(1)
    hashes = 20000 + 3 * 20000 + 37500
    assert spent(resources) == (30 + 6 * 7, hashes + 6000 + 400 + 37500)
    log = io.events.logs[0]
    assert int(digest) == int(log.value) == k256(data)
    assert (log.is_message, log.sender, log.key) == (True, Address(0x8008), U256(A))
    assert bytes(log.data) == data


@pytest.mark.parametrize(
    ("gas", "native", "error"), [(41, 1 << 30, OutOfErgs), (99, 161399, OutOfNative)]
)
def test_unpaid_message_is_not_sent(
    io: Io, gas: int, native: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        io.emit_l1_message(purse(gas=gas, native=native), A, allocate_bytes(200))
    assert io.events.logs.length() == U32(0)


def test_transaction_log(io: Io) -> None:
    io.finish_transaction()
    io.begin_transaction()
    io.emit_l1_transaction_log(Bytes32(77), True)
    log = io.events.logs[0]
    assert (log.transaction_number, log.is_message) == (U32(1), False)
    assert (log.sender, log.key, log.value) == (Address(0x8001), U256(77), U256(1))
    assert io.pubdata_used() == U64(88)


def test_reverted_frames_drop_their_logs(io: Io) -> None:
    message(io, b"kept")
    snapshot = io.start_frame()
    message(io, b"dropped")
    io.emit_event(EVM, plenty(), A, topics(), view_of(b""))
    io.finish_frame(snapshot, True)
    assert io.events.logs.length() == U32(1)
    assert io.events.events.length() == U32(0)


def test_outer_frame_closes_the_inner_ones(io: Io) -> None:
    outer = io.start_frame()
    set_slot(io, 1)
    io.start_frame()
    set_slot(io, 2)
    io.start_frame()
    io.finish_frame(outer, True)
    assert io.read_slot(EVM, plenty(), A, KEY) == U256(0)
    assert io.start_frame() == outer


def test_pubdata_of_slots(world: World, io: Io) -> None:
    world.slots[A, KEY] = 5
    set_slot(io, 6)
    set_slot(io, 7, B)
    assert io.pubdata_used() == U64(2 * (32 + 2))
    set_slot(io, 5)
    assert io.pubdata_used() == U64(32 + 2)
    snapshot = io.start_frame()
    set_slot(io, 1 << 100)
    assert io.pubdata_used() == U64(34 + 32 + 14)
    io.finish_frame(snapshot, True)
    assert io.pubdata_used() == U64(34)


def test_pubdata_looks_at_the_block_and_at_the_transaction(io: Io) -> None:
    set_slot(io, 6)
    io.finish_transaction()
    io.begin_transaction()
    assert io.pubdata_used() == U64(0)
    io.read_slot(EVM, plenty(), A, KEY)
    assert io.pubdata_used() == U64(0)
    # 6 -> 7 adds 1, whatever the block had before; back at 0 nothing is published.
    set_slot(io, 7)
    assert io.pubdata_used() == U64(32 + 2)
    set_slot(io, 1 << 100)
    assert io.pubdata_used() == U64(32 + 14)
    set_slot(io, 0)
    assert io.pubdata_used() == U64(0)
    set_slot(io, 6)
    assert io.pubdata_used() == U64(0)


def test_pubdata_of_accounts_and_messages(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=1, balance=100))
    io.increment_nonce(NONE, plenty(), A)
    assert io.pubdata_used() == U64(32 + 3)
    io.transfer(NONE, plenty(), A, B, U256(1))
    assert io.pubdata_used() == U64(37 + 32 + 3)
    message(io, b"abc")
    assert io.pubdata_used() == U64(69 + 3 + 88 + 4 + 3)
    io.deploy_code(EVM, plenty(), B, view_of(bytes(10)))
    full = 32 + 1 + 8 + 1 + 2 + 4 + 4 + len(stored(bytes(10))) + 4
    assert io.pubdata_used() == U64(37 + full + 95)


def test_pubdata_of_accounts_looks_at_the_block_and_at_the_transaction(
    world: World, io: Io
) -> None:
    world.add_account(A, encode_account(balance=100))
    io.add_balance(NONE, plenty(), A, U256(900))
    io.finish_transaction()
    io.begin_transaction()
    io.read_account(NONE, plenty(), A)
    assert io.pubdata_used() == U64(0)
    io.sub_balance(NONE, plenty(), A, U256(1))
    assert io.pubdata_used() == U64(32 + 3)
    io.sub_balance(NONE, plenty(), A, U256(899))
    assert io.pubdata_used() == U64(0)


def test_pubdata_of_a_forced_deployment_is_counted_by_hash(
    world: World, io: Io
) -> None:
    code = bytes(200)
    world.preimages[b2s(code)] = code
    digest = U256(int.from_bytes(b2s(code), "big"))
    io.set_bytecode_details(plenty(), A, digest, U32(200), U256(9))
    assert io.pubdata_used() == U64(32 + 1 + 8 + 1 + 1 + 32 + 4 + 4)


def test_logs_of_earlier_transactions_are_not_counted(io: Io) -> None:
    message(io, b"abc")
    io.finish_transaction()
    io.begin_transaction()
    assert io.pubdata_used() == U64(0)


def test_events_are_kept_for_reports_only(world: World) -> None:
    world.options = 0
    io = new_io()
    io.emit_event(EVM, plenty(), A, topics(1), view_of(b"x"))
    assert io.events.events.length() == U32(0)


def test_return_memory_is_bounded() -> None:
    memory = ReturnMemory()
    source = view_of(b"abc")
    first = memory.append(source)
    assert memory.room() == (1 << 28) - 3
    fill(memory, U32(0))
    source.fill(0)
    assert bytes(first) == b"abc"
    assert memory.room() == 0
    memory.append(allocate_bytes(0))
    with pytest.raises(OutOfReturnMemory):
        memory.append(allocate_bytes(1))
    memory.reset()
    assert memory.append(allocate_bytes(1)).length() == U32(1)
