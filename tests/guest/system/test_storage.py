import pytest

from tests.guest.system.budget import plenty, purse, spent
from tests.guest.system.world import SLOT, World
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.guest.state.io import Io
from zkos.guest.system.errors import Fatal, OutOfErgs, OutOfNative
from zkos.lang.ints import U8, U64, U256, Address
from zkos.lang.trap import Trap

A = Address(0xA1)
B = Address(0)
KEY = U256(7)


def read(io: Io, environment: U8 = EVM) -> tuple[int, int, int]:
    resources = plenty()
    value = io.read_slot(environment, resources, A, KEY)
    return int(value), *spent(resources)


def write(io: Io, value: int, environment: U8 = EVM) -> tuple[int, int]:
    resources = plenty()
    io.write_slot(environment, resources, A, KEY, U256(value))
    return spent(resources)


def test_first_read_is_cold_and_the_second_warm(world: World, io: Io) -> None:
    world.slots[A, KEY] = 5
    assert read(io) == (5, 2100, 4000 + 121120)
    assert read(io) == (5, 100, 4000)
    assert world.queries == [SLOT]


def test_absent_slot_costs_two_proofs(io: Io) -> None:
    assert read(io) == (0, 2100, 4000 + 242240)


def test_bootloader_pays_native_only(io: Io) -> None:
    assert read(io, NONE) == (0, 0, 4000 + 242240)
    assert read(io, NONE) == (0, 0, 4000)


def test_cached_slot_is_cold_again_in_the_next_transaction(
    world: World, io: Io
) -> None:
    read(io)
    io.begin_transaction()
    assert read(io) == (0, 2100, 4000 + 121120)
    assert world.queries == [SLOT]


def test_access_list_pays_each_time_it_names_a_slot(io: Io) -> None:
    resources = plenty()
    io.touch_slot(resources, A, KEY)
    assert spent(resources) == (1900, 4000 + 242240)
    io.touch_slot(resources, A, KEY)
    assert spent(resources) == (3800, 8000 + 242240)
    assert read(io) == (0, 100, 4000)


def test_unknown_environment_is_fatal(io: Io) -> None:
    with pytest.raises(Fatal):
        read(io, U8(2))


@pytest.mark.parametrize("believes", [False, True])
@pytest.mark.parametrize(
    ("gas", "native", "error"),
    [(2099, 1 << 40, OutOfErgs), (1 << 40, 246239, OutOfNative), (1, 1, OutOfNative)],
)
def test_unpaid_slot_is_paid_later_and_remembered_to_be_proven(
    world: World,
    io: Io,
    gas: int,
    native: int,
    error: type[Exception],
    *,
    believes: bool,
) -> None:
    io.storage.believes = believes
    with pytest.raises(error):
        io.read_slot(EVM, purse(gas=gas, native=native), A, KEY)
    asked = native != 1
    assert io.storage.slots.length() == (asked and not believes)
    assert read(io) == (0, 2100, 4000 + 242240)
    assert world.queries.count(SLOT) == 1 + (asked and believes)


@pytest.mark.parametrize("believes", [False, True])
def test_absent_slot_has_no_value(world: World, io: Io, *, believes: bool) -> None:
    io.storage.believes = believes
    world.answers[SLOT] = [10, 1, 0, *[0] * 7, 3 << 24]
    if believes:
        assert read(io) == (3, 2100, 4000 + 242240)
        return
    with pytest.raises(Trap):
        read(io)


def test_warm_charge_comes_before_the_oracle(world: World, io: Io) -> None:
    with pytest.raises(OutOfErgs):
        io.read_slot(EVM, purse(gas=99, native=1 << 40), A, KEY)
    assert world.queries == []


@pytest.mark.parametrize(
    ("start", "writes", "gas"),
    [
        # EIP-2200's table under EIP-2929, the first write cold, without refunds
        (0, [0], [2200]),
        (0, [1], [22100]),
        (0, [1, 1], [22100, 100]),
        (0, [1, 0, 1], [22100, 100, 20000]),
        (1, [1, 2, 3], [2200, 2900, 100]),
        (1, [0, 1, 2], [5000, 100, 2900]),
        (1, [2, 1, 0], [5000, 100, 2900]),
    ],
)
def test_write_costs_what_the_eips_say(
    world: World, io: Io, start: int, writes: list[int], gas: list[int]
) -> None:
    if start:
        world.slots[A, KEY] = start
    assert [write(io, value)[0] for value in writes] == gas


def test_bootloader_writes_without_gas(io: Io) -> None:
    assert write(io, 1, NONE) == (0, 4000 + 242240 + 120800)


def test_unset_slot_is_dearer_until_it_is_written(io: Io) -> None:
    assert write(io, 0)[1] == 4000 + 242240 + 120800
    assert write(io, 1)[1] == 4000 + 50560


def test_revert_makes_a_slot_unset_and_cold_again(io: Io) -> None:
    snapshot = io.start_frame()
    write(io, 1)
    io.finish_frame(snapshot, True)
    assert write(io, 1)[1] == 4000 + 121120 + 120800


def test_original_value_is_that_of_the_transaction(world: World, io: Io) -> None:
    world.slots[A, KEY] = 1
    write(io, 2)
    io.begin_transaction()
    assert write(io, 3)[0] == 5000
    assert write(io, 2)[0] == 100
    assert write(io, 1)[0] == 2900


def test_original_value_survives_a_reverted_first_write(world: World, io: Io) -> None:
    world.slots[A, KEY] = 1
    snapshot = io.start_frame()
    write(io, 2)
    io.finish_frame(snapshot, True)
    assert write(io, 2)[0] == 5000


def test_failed_write_leaves_the_slot_warm(io: Io) -> None:
    with pytest.raises(OutOfErgs):
        io.write_slot(EVM, purse(gas=22099, native=1 << 40), A, KEY, U256(1))
    assert read(io) == (0, 100, 4000)


def test_touched_slot_is_updated_unless_reverted(io: Io) -> None:
    outer = io.start_frame()
    inner = io.start_frame()
    read(io)
    io.finish_frame(inner, True)
    slot = io.storage.slots[0]
    assert (slot.updated, slot.is_new) == (False, True)
    inner = io.start_frame()
    read(io)
    io.finish_frame(inner, False)
    assert slot.updated
    io.finish_frame(outer, True)
    assert not slot.updated


def test_updated_stays_for_the_block(io: Io) -> None:
    read(io)
    io.begin_transaction()
    snapshot = io.start_frame()
    write(io, 3)
    io.finish_frame(snapshot, True)
    slot = io.storage.slots[0]
    assert (slot.updated, int(slot.current)) == (True, 0)


def test_addresses_do_not_share_slots(io: Io) -> None:
    write(io, 9)
    assert io.read_slot(EVM, plenty(), B, KEY) == U256(0)
    io.write_slot(EVM, plenty(), B, KEY, U256(4))
    assert read(io)[0] == 9
    assert io.read_slot(EVM, plenty(), B, KEY) == U256(4)


def test_native_runs_dry_at_the_write(io: Io) -> None:
    resources = purse(gas=1 << 30, native=4000 + 242240 + 120799)
    with pytest.raises(OutOfNative):
        io.write_slot(EVM, resources, A, KEY, U256(1))
    assert resources.native == U64(0)
    assert read(io)[0] == 0
