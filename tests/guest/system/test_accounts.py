import pytest

from tests.guest.objects import OBJECTS, Io, seal
from tests.guest.system.budget import plenty, purse, spent
from tests.guest.system.conftest import cached_slots, new_io
from tests.guest.system.world import (
    ACCOUNTS,
    PREIMAGE,
    SLOT,
    World,
    b2s,
    encode_account,
    stored,
)
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.guest.protocol.options import OPTION_QUIRKS_UPSTREAM
from zkos.guest.state.account import EMPTY_KECCAK
from zkos.guest.state.accounts import Access
from zkos.guest.system.errors import (
    Fatal,
    InsufficientBalance,
    NonceOverflow,
    OutOfErgs,
    OutOfNative,
)
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

A = Address(0xABCDEF)
B = Address(0xB)
CODE = bytes(range(100))
DEPLOYED = 0x0101010000000000
ABSENT = 4000 + 4000 + 242240
EXISTING = 4000 + 4000 + 121120 + 1980
CODE_READ = 500 + 800 + 340 * 2
"""Of 100 bytes, 4 of padding and 16 of the jump map."""


def touch(
    io: Io, address: Address, environment: U8 = EVM, *, listed: bool = False
) -> tuple[int, int]:
    resources = plenty()
    io.touch_account(environment, resources, address, listed)
    return spent(resources)


def read(io: Io, address: Address = A, environment: U8 = EVM) -> tuple[int, int]:
    resources = plenty()
    io.read_account(environment, resources, address)
    return spent(resources)


def read_code(io: Io, address: Address = A) -> tuple[int, int]:
    resources = plenty()
    io.read_account_with_code(EVM, resources, address)
    return spent(resources)


def add_contract(world: World, **properties: int) -> None:
    encoded = encode_account(versioning=DEPLOYED, code=CODE, **properties)
    world.add_account(A, encoded, stored(CODE))


def test_touch_of_an_absent_account(world: World, io: Io) -> None:
    assert touch(io, A) == (2600, ABSENT)
    assert touch(io, A) == (100, 4000)
    assert world.queries == [SLOT]
    assert io.account(A).is_empty()


def test_touch_of_an_existing_account(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=3, balance=1 << 200))
    assert touch(io, A) == (2600, EXISTING)
    assert world.queries == [SLOT, PREIMAGE]
    account = io.account(A)
    assert (account.nonce, account.balance) == (U64(3), U256(1 << 200))
    assert account.initial.nonce == U64(3)
    assert not account.changed()


def test_bootloader_and_access_list_prices(io: Io) -> None:
    assert touch(io, A, NONE) == (0, ABSENT)
    assert touch(io, A, NONE) == (0, 4000)
    assert touch(io, B, NONE, listed=True) == (2400, ABSENT)
    assert touch(io, B, NONE, listed=True) == (2400, 4000)


@pytest.mark.parametrize(
    ("properties", "price"), [({}, ABSENT), ({"nonce": 1}, EXISTING)]
)
def test_cold_account_costs_the_same_in_every_transaction(
    world: World, io: Io, properties: dict[str, int], price: int
) -> None:
    if properties:
        world.add_account(A, encode_account(**properties))
    for _ in range(3):
        assert touch(io, A) == (2600, price)
        assert touch(io, A) == (100, 4000)
        io.begin_transaction()
    assert world.queries.count(SLOT) == 1


def test_account_that_came_to_be_in_the_block_costs_as_an_existing_one(io: Io) -> None:
    io.add_balance(NONE, plenty(), A, U256(0))
    io.begin_transaction()
    assert touch(io, A) == (2600, EXISTING)


def test_reverted_change_leaves_an_account_absent(io: Io) -> None:
    snapshot = io.start_frame()
    io.increment_nonce(NONE, plenty(), A)
    io.finish_frame(snapshot, True)
    with pytest.raises(InsufficientBalance):
        io.sub_balance(NONE, plenty(), A, U256(1))
    io.begin_transaction()
    assert touch(io, A) == (2600, ABSENT)


def test_leaf_with_the_hash_zero_is_an_absent_account(world: World, io: Io) -> None:
    world.slots[ACCOUNTS, A] = 0
    assert touch(io, A) == (2600, ABSENT)
    assert world.queries == [SLOT]


@pytest.mark.parametrize(
    ("address", "gas"),
    [(0, 2600), (1, 100), (9, 100), (10, 100), (11, 2600), (0x100, 100), (0x101, 2600)],
)
def test_precompiles_are_never_cold(io: Io, address: int, gas: int) -> None:
    assert touch(io, Address(address)) == (gas, ABSENT)


def test_p256_is_cold_upstream(world: World) -> None:
    world.options = int(OPTION_QUIRKS_UPSTREAM)
    io = new_io()
    assert touch(io, Address(0x100)) == (2600, ABSENT)
    assert touch(io, Address(0x100)) == (100, 4000)


@pytest.mark.parametrize(("address", "cold"), [(1, 0), (10, 0), (0x100, 0), (11, 2600)])
def test_selfdestruct_has_its_own_prices(io: Io, address: int, cold: int) -> None:
    for gas in (cold, 0):
        resources = plenty()
        io.accounts.touch(EVM, resources, Address(address), Access.DESTRUCT)
        assert spent(resources)[0] == gas


def test_reverted_touch_is_cold_but_known(world: World, io: Io) -> None:
    snapshot = io.start_frame()
    touch(io, A)
    io.finish_frame(snapshot, True)
    assert touch(io, A) == (2600, ABSENT)
    assert world.queries == [SLOT]


def test_gas_is_charged_before_the_oracle_is_asked(world: World, io: Io) -> None:
    with pytest.raises(OutOfErgs):
        io.touch_account(EVM, purse(gas=2599, native=1 << 40), A, False)
    assert world.queries == []


@pytest.mark.parametrize("believes", [True, False])
def test_slot_stays_when_the_account_cannot_be_paid(
    world: World, io: Io, *, believes: bool
) -> None:
    io.storage.believes = believes
    world.add_account(A, encode_account(nonce=1))
    with pytest.raises(OutOfNative):
        io.touch_account(NONE, purse(gas=0, native=EXISTING - 1), A, False)
    assert world.queries == [SLOT]
    assert len(cached_slots(io)) == 1
    assert io.accounts.accounts.length() == 0
    assert touch(io, A, NONE) == (0, EXISTING)
    assert world.queries == [SLOT, PREIMAGE]


def test_code_is_loaded_when_it_is_asked_for_and_paid_each_time(
    world: World, io: Io
) -> None:
    add_contract(world, nonce=1)
    assert read(io) == (2600, EXISTING)
    assert read(io) == (100, 4000)
    assert world.queries == [SLOT, PREIMAGE]
    for _ in range(2):
        assert read_code(io) == (100, 4000 + CODE_READ)
        io.begin_transaction()
        read(io)
    assert world.queries == [SLOT, PREIMAGE, PREIMAGE]
    account = io.account(A)
    assert bytes(io.code(account)) == CODE
    assert bytes(io.stored_code(account)) == stored(CODE)


def test_equal_code_is_asked_for_once(world: World, io: Io) -> None:
    add_contract(world, nonce=1)
    other = encode_account(versioning=DEPLOYED, nonce=2, code=CODE)
    world.add_account(B, other, stored(CODE))
    read_code(io)
    assert read_code(io, B) == (2600, EXISTING + CODE_READ)
    assert world.queries.count(PREIMAGE) == 3
    assert bytes(io.code(io.account(B))) == CODE


def test_unpaid_code_is_not_asked_for(world: World, io: Io) -> None:
    add_contract(world, nonce=1)
    resources = purse(gas=0, native=EXISTING + CODE_READ - 1)
    with pytest.raises(OutOfNative):
        io.read_account_with_code(NONE, resources, A)
    assert world.queries == [SLOT, PREIMAGE]


def test_account_without_code_has_none_to_pay_for(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=1))
    assert read_code(io) == (2600, EXISTING)
    assert bytes(io.code(io.account(A))) == b""


def test_empty_code_is_asked_for_like_any_other(world: World, io: Io) -> None:
    empty = bytearray(encode_account(versioning=DEPLOYED, nonce=1))
    empty[48:80] = b2s(b"")
    world.add_account(A, bytes(empty), b"")
    assert read_code(io) == (2600, EXISTING + 500 + 800)
    assert world.queries == [SLOT, PREIMAGE, PREIMAGE]
    assert not io.account(A).has_code()


def test_old_style_code_has_no_map(world: World, io: Io) -> None:
    """Code version 0: 13 bytes of code take 16, and nothing follows them."""
    code = bytes(range(1, 14))
    record = encode_account(versioning=0x0101 << 48, nonce=1, code=code, artifacts=b"")
    world.add_account(A, record, code + bytes(3))
    assert read_code(io) == (2600, EXISTING + 500 + 800 + 340)
    assert bytes(io.code(io.account(A))) == code


@pytest.mark.parametrize("proving", [True, False])
def test_preimages_are_verified_when_proving(world: World, proving: bool) -> None:
    add_contract(world, nonce=1)
    forged = b"\xff" + stored(CODE)[1:]
    world.preimages[b2s(stored(CODE))] = forged
    world.options = int(proving)
    io = new_io()
    if proving:
        with pytest.raises(Trap):
            read_code(io)
    else:
        read_code(io)
        assert bytes(io.stored_code(io.account(A))) == forged


def test_code_fields_without_a_code_hash_are_fatal(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=1, observable=b"\1" * 32))
    read(io)
    with pytest.raises(Fatal):
        read_code(io)


def test_code_of_another_length_than_the_record_says_is_fatal(
    world: World, io: Io
) -> None:
    add_contract(world, nonce=1)
    read_code(io)
    longer = encode_account(versioning=DEPLOYED, code=CODE + bytes(64))
    longer = longer[:48] + b2s(stored(CODE)) + longer[80:]
    world.add_account(B, longer, stored(CODE))
    with pytest.raises(Fatal):
        read_code(io, B)


def test_nonce_and_balance(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=2**64 - 2, balance=10))
    resources = plenty()
    assert io.increment_nonce(NONE, resources, A) == U64(2**64 - 2)
    assert spent(resources) == (0, EXISTING + 1000)
    with pytest.raises(NonceOverflow):
        io.increment_nonce(NONE, resources, A)
    assert spent(resources) == (0, EXISTING + 1000 + 5000)
    with pytest.raises(InsufficientBalance):
        io.sub_balance(NONE, resources, A, U256(11))
    with pytest.raises(InsufficientBalance):
        io.add_balance(NONE, resources, A, U256(2**256 - 10))
    io.sub_balance(NONE, resources, A, U256(10))
    assert io.account(A).balance == U256(0)
    assert spent(resources) == (0, EXISTING + 1000 + 4 * 5000)


def test_transfer_touches_the_source_first(world: World, io: Io) -> None:
    world.add_account(A, encode_account(balance=10))
    resources = plenty()
    with pytest.raises(InsufficientBalance):
        io.transfer(NONE, resources, A, B, U256(11))
    assert io.accounts.accounts.length() == 1
    io.transfer(NONE, resources, A, B, U256(4))
    io.transfer(NONE, resources, A, A, U256(6))
    io.transfer(NONE, resources, A, B, U256(0))
    assert (io.account(A).balance, io.account(B).balance) == (U256(6), U256(4))


def test_plain_transfer_needs_the_native_of_the_worked_example(
    world: World, io: Io
) -> None:
    """The ledger of bootloader spec 5, besides its charges outside the system."""
    sender, target = Address(0x5E), Address(0x7A)
    world.add_account(sender, encode_account(balance=10**18))
    resources = plenty()
    io.read_account(NONE, resources, sender)
    io.read_account(NONE, resources, sender)
    io.increment_nonce(NONE, resources, sender)
    io.sub_balance(NONE, resources, sender, U256(100))
    io.read_account(NONE, resources, sender)
    io.read_account_with_code(NONE, resources, target)
    io.read_account(NONE, resources, sender)
    io.transfer(NONE, resources, sender, target, U256(1))
    outside = 30000 + 2 * 20000 + 522000
    assert spent(resources) == (0, 1005340 - outside)


@pytest.mark.parametrize(
    ("properties", "answer"),
    [
        ({}, 0),
        ({"nonce": 1}, int(EMPTY_KECCAK)),
        ({"balance": 1}, int(EMPTY_KECCAK)),
        ({"code": b"\0", "observable": b"\7" * 32}, int.from_bytes(b"\7" * 32, "big")),
    ],
)
def test_extcodehash(world: World, io: Io, properties: dict, answer: int) -> None:
    world.add_account(A, encode_account(**properties))
    read(io)
    assert int(io.account(A).hash_for_extcodehash()) == answer


def test_unknown_account_is_a_trap(io: Io) -> None:
    with pytest.raises((Trap, AssertionError)):
        io.account(A)


def test_sealing_renews_changed_accounts_only(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=1, balance=5))
    io.sub_balance(NONE, plenty(), A, U256(5))
    touch(io, B)
    io.add_balance(NONE, plenty(), B, U256(5))
    io.sub_balance(NONE, plenty(), B, U256(5))
    assert seal(io) == 2
    after = encode_account(nonce=1)
    slots = {int(slot.key): slot for slot in cached_slots(io)}
    assert int(slots[A].current) == int.from_bytes(b2s(after), "big")
    assert slots[A].address == Address(ACCOUNTS)
    assert slots[B].current == slots[B].initial == U256(0)
    made = io.preimages.made
    assert made.length() == U32(1)
    assert bytes(made[0].data) == after
