import pytest

from tests.guest.objects import OBJECTS, Io
from tests.guest.system.budget import plenty, purse, spent
from tests.guest.system.conftest import cached_slots
from tests.guest.system.world import SLOT, World
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.guest.system.errors import Fatal, OutOfErgs, OutOfNative
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

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


@pytest.mark.parametrize("in_tree", [True, False])
def test_cold_slot_costs_the_same_in_every_transaction(
    world: World, io: Io, *, in_tree: bool
) -> None:
    if in_tree:
        world.slots[A, KEY] = 0
    first = read(io)
    assert first == (0, 2100, 4000 + (121120 if in_tree else 242240))
    io.begin_transaction()
    assert read(io) == first
    assert world.queries == [SLOT]


def test_slot_once_written_is_not_new_any_more(io: Io) -> None:
    write(io, 1)
    write(io, 0)
    io.begin_transaction()
    assert read(io) == (0, 2100, 4000 + 121120)


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
    [(2099, 1 << 40, OutOfErgs), (1 << 40, 246239, OutOfNative), (1, 1, OutOfErgs)],
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
    assert len(cached_slots(io)) == (asked and not believes)
    assert read(io) == (0, 2100, 4000 + 242240)
    assert world.queries.count(SLOT) == 1 + (asked and believes)


def test_absent_slot_has_no_value(world: World, io: Io) -> None:
    world.answers[SLOT] = [10, 1, 0, *[0] * 7, 3 << 24]
    with pytest.raises(Trap):
        read(io)


def test_warm_charge_comes_before_the_oracle(world: World, io: Io) -> None:
    with pytest.raises(OutOfErgs):
        io.read_slot(EVM, purse(gas=99, native=1 << 40), A, KEY)
    assert world.queries == []


@pytest.mark.parametrize(
    ("start", "writes", "gas"),
    [
        # EIP-2200's table under EIP-2929, the first write cold
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
    assert write(io, 1)[1] == 4000 + 242240 + 120800


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


# start, the values written one after the other, the refund counter after each
REFUNDS = [
    (0, [0], [0]),
    (0, [1], [0]),
    (0, [1, 0], [0, 19900]),
    (0, [1, 2, 0, 3], [0, 0, 19900, 19900]),
    (5, [5], [0]),
    (5, [0], [4800]),
    (5, [0, 5], [4800, 2800]),
    (5, [0, 6, 0], [4800, 0, 4800]),
    (5, [6], [0]),
    (5, [6, 0], [0, 4800]),
    (5, [6, 5, 0], [0, 2800, 7600]),
    (5, [6, 0, 5], [0, 4800, 2800]),
]


@pytest.mark.parametrize(("start", "values", "refunds"), REFUNDS)
def test_refund_counter_after_each_write(
    world: World, io: Io, start: int, values: list[int], refunds: list[int]
) -> None:
    if start:
        world.slots[A, KEY] = start
    for value, refund in zip(values, refunds, strict=True):
        write(io, value)
        assert io.refund_counter() == refund


def test_refunds_look_at_the_start_of_the_transaction(world: World, io: Io) -> None:
    world.slots[A, KEY] = 5
    write(io, 6)
    io.begin_transaction()
    assert io.refund_counter() == 0
    write(io, 5)
    assert io.refund_counter() == 0
    write(io, 0)
    assert io.refund_counter() == 4800
    io.begin_transaction()
    assert io.refund_counter() == 0


def test_refunds_follow_frames(world: World, io: Io) -> None:
    world.slots[A, KEY] = 5
    io.add_refund(U32(12500))
    for revert in (True, False):
        snapshot = io.start_frame()
        write(io, 0)
        assert io.refund_counter() == 12500 + 4800
        io.finish_frame(snapshot, revert)
    assert io.refund_counter() == 12500 + 4800


def test_refunds_are_for_the_evm_only(world: World, io: Io) -> None:
    world.slots[A, KEY] = 5
    write(io, 0, NONE)
    assert io.refund_counter() == 0


def test_refund_counter_saturates(world: World, io: Io) -> None:
    world.slots[A, KEY] = 5
    io.add_refund(U32(0xFFFFFFFF))
    write(io, 0)
    assert io.refund_counter() == 0xFFFFFFFF


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
