import pytest

from tests.guest.system.budget import plenty, purse, spent
from tests.guest.system.conftest import new_io
from tests.guest.system.world import (
    ACCOUNTS,
    PREIMAGE,
    SLOT,
    World,
    b2s,
    encode_account,
)
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.guest.state.account import EMPTY_KECCAK
from zkos.guest.state.accounts import Access
from zkos.guest.state.io import Io
from zkos.guest.system.errors import (
    Fatal,
    InsufficientBalance,
    NonceOverflow,
    OutOfErgs,
    OutOfNative,
)
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.trap import Trap

A = Address(0xABCDEF)
B = Address(0xB)
CODE = bytes(range(100))
DEPLOYED = 0x0101010000000000
ABSENT = 4000 + 4000 + 242240
EXISTING = 4000 + 4000 + 121120 + 1980
CODE_FIRST = 500 + 800 + 340 * 2


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


def add_contract(world: World, **properties: int) -> None:
    encoded = encode_account(versioning=DEPLOYED, code=CODE, **properties)
    world.add_account(A, encoded, CODE)


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


def test_account_is_cold_again_in_the_next_transaction(world: World, io: Io) -> None:
    touch(io, A)
    io.begin_transaction()
    assert touch(io, A) == (2600, 4000)
    assert world.queries == [SLOT]


@pytest.mark.parametrize(
    ("address", "gas"), [(0, 2600), (1, 100), (10, 100), (11, 2600)]
)
def test_precompiles_are_never_cold(io: Io, address: int, gas: int) -> None:
    assert touch(io, Address(address))[0] == gas


@pytest.mark.parametrize(("address", "cold"), [(1, 100), (10, 100), (0xB, 2600)])
def test_selfdestruct_has_its_own_prices(io: Io, address: int, cold: int) -> None:
    for gas in (cold, 0):
        resources = plenty()
        io.accounts.touch(EVM, resources, Address(address), Access.DESTRUCT)
        assert spent(resources)[0] == gas


def test_reverted_touch_is_cold_but_known(world: World, io: Io) -> None:
    snapshot = io.start_frame()
    touch(io, A)
    io.finish_frame(snapshot, True)
    assert touch(io, A) == (2600, 4000)
    assert world.queries == [SLOT]


def test_gas_is_charged_before_the_oracle_is_asked(world: World, io: Io) -> None:
    with pytest.raises(OutOfErgs):
        io.touch_account(EVM, purse(gas=2599, native=1 << 40), A, False)
    assert world.queries == []


def test_slot_stays_when_the_preimage_cannot_be_paid(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=1))
    with pytest.raises(OutOfNative):
        io.touch_account(NONE, purse(gas=0, native=EXISTING - 1), A, False)
    assert world.queries == [SLOT, PREIMAGE]
    assert io.accounts.accounts.length() == 0
    assert touch(io, A, NONE) == (0, 4000 + 4000 + 1980)
    assert world.queries == [SLOT, PREIMAGE, PREIMAGE]


def test_touch_does_not_load_code_and_a_read_does(world: World, io: Io) -> None:
    add_contract(world, nonce=1)
    touch(io, A)
    assert world.queries == [SLOT, PREIMAGE]
    assert read(io) == (100, 4000 + CODE_FIRST)
    assert read(io) == (100, 4000 + 500)
    assert world.queries == [SLOT, PREIMAGE, PREIMAGE]
    assert bytes(io.code(io.account(A))) == CODE


def test_equal_code_is_asked_for_once(world: World, io: Io) -> None:
    add_contract(world, nonce=1)
    world.add_account(B, encode_account(versioning=DEPLOYED, nonce=2, code=CODE), CODE)
    read(io)
    assert read(io, B) == (2600, EXISTING + 500)
    assert world.queries.count(PREIMAGE) == 3
    assert bytes(io.code(io.account(B))) == CODE


@pytest.mark.parametrize("proving", [True, False])
def test_preimages_are_verified_when_proving(world: World, proving: bool) -> None:
    add_contract(world, nonce=1)
    world.preimages[b2s(CODE)] = CODE[:-1] + b"\xff"
    world.options = int(proving)
    io = new_io()
    if proving:
        with pytest.raises(Trap):
            read(io)
    else:
        read(io)
        assert bytes(io.code(io.account(A))) == CODE[:-1] + b"\xff"


def test_code_fields_without_a_code_hash_are_fatal(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=1, observable=b"\1" * 32))
    with pytest.raises(Fatal):
        read(io)


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
    sender, target, fees = Address(0x5E), Address(0x7A), Address(0x8001)
    world.add_account(sender, encode_account(balance=10**18))
    resources = plenty()
    io.read_account(NONE, resources, sender)
    io.read_account(NONE, resources, sender)
    io.increment_nonce(NONE, resources, sender)
    io.read_account(NONE, resources, fees)
    io.transfer(NONE, resources, sender, fees, U256(100))
    io.read_account(NONE, resources, fees)
    io.read_account(NONE, resources, sender)
    io.read_account(NONE, resources, target)
    io.transfer(NONE, resources, sender, target, U256(1))
    outside = 4000 + 2 * 20000 + 522000
    assert spent(resources) == (0, 1234580 - outside)


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
    world.add_account(A, encode_account(**properties), b"\0")
    read(io)
    assert int(io.account(A).hash_for_extcodehash()) == answer


def test_unknown_account_is_a_trap(io: Io) -> None:
    with pytest.raises(AssertionError):
        io.account(A)


def test_flush_writes_changed_accounts_only(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=1, balance=5))
    io.sub_balance(NONE, plenty(), A, U256(5))
    touch(io, B)
    io.add_balance(NONE, plenty(), B, U256(5))
    io.sub_balance(NONE, plenty(), B, U256(5))
    io.accounts.flush()
    after = encode_account(nonce=1)
    slots = {int(io.storage.slots[i].key): io.storage.slots[i] for i in range(2)}
    assert int(slots[A].current) == int.from_bytes(b2s(after), "big")
    assert slots[A].address == Address(ACCOUNTS)
    assert slots[B].current == slots[B].initial == U256(0)
    made = io.preimages.made
    assert made.length() == U32(1)
    assert bytes(made[0].data) == after


def test_flush_updates_a_slot_whose_touch_was_reverted(io: Io) -> None:
    snapshot = io.start_frame()
    touch(io, A)
    io.finish_frame(snapshot, True)
    slot = io.storage.slots[0]
    io.add_balance(NONE, plenty(), A, U256(1))
    assert not slot.updated
    io.accounts.flush()
    assert slot.updated
