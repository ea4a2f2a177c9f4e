import pytest
from Crypto.Hash import keccak

from tests.guest.system.budget import plenty, purse, spent
from tests.guest.system.conftest import new_io
from tests.guest.system.world import World, b2s, encode_account
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.guest.protocol.options import OPTION_QUIRKS_UPSTREAM
from zkos.guest.state.io import Io
from zkos.guest.system.errors import Fatal, OutOfErgs
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import view_of

A = Address(0xA)
HEIR = Address(0xEE)
KEY = U256(1)
CODE = b"\x60\x00" * 50
DEPLOYED = 0x0101010000000000


def k256(data: bytes) -> int:
    return int.from_bytes(keccak.new(data=data, digest_bits=256).digest(), "big")


def deploy(io: Io, code: bytes = CODE) -> None:
    io.increment_nonce(NONE, plenty(), A)
    io.deploy_code(EVM, plenty(), A, view_of(code))


def destroy(io: Io, *, in_constructor: bool = False, heir: Address = HEIR) -> int:
    resources = plenty()
    io.self_destruct(resources, A, heir, in_constructor)
    return spent(resources)[0]


def fund(io: Io, address: Address, amount: int) -> None:
    io.add_balance(NONE, plenty(), address, U256(amount))


@pytest.mark.parametrize("code", [CODE, b""])
def test_deployment_sets_the_code_properties(world: World, io: Io, code: bytes) -> None:
    world.add_account(A, encode_account(versioning=(1 << 63) | 0x77, balance=3))
    io.increment_nonce(NONE, plenty(), A)
    resources = plenty()
    io.deploy_code(EVM, resources, A, view_of(code))
    account = io.account(A)

    assert spent(resources) == (200 * len(code), 4000 + 500 + 1000)
    assert int(account.versioning) == DEPLOYED | 0x77
    assert int(account.bytecode_hash) == int.from_bytes(b2s(code), "big")
    assert int(account.observable_hash) == k256(code)
    assert account.bytecode_length == account.observable_length == U32(len(code))
    assert account.has_code() == (code != b"")
    assert account.environment() == EVM
    assert bytes(io.code(account)) == code
    resources = plenty()
    io.read_account(NONE, resources, A)
    assert spent(resources) == (0, 4500)


def test_deployed_code_is_a_copy(io: Io) -> None:
    source = view_of(CODE)
    io.deploy_code(EVM, plenty(), A, source)
    source.fill(0)
    assert bytes(io.code(io.account(A))) == CODE


def test_deposit_that_cannot_be_paid(io: Io) -> None:
    resources = purse(gas=200 * len(CODE) - 1, native=1 << 40)
    with pytest.raises(OutOfErgs):
        io.deploy_code(EVM, resources, A, view_of(CODE))
    assert resources.ergs == U64(0)
    assert io.accounts.accounts.length() == U32(0)


def test_only_the_evm_deploys(io: Io) -> None:
    with pytest.raises(Fatal):
        io.deploy_code(NONE, plenty(), A, view_of(CODE))


def test_reverted_deployment_leaves_no_code(io: Io) -> None:
    snapshot = io.start_frame()
    deploy(io)
    io.finish_frame(snapshot, True)
    account = io.account(A)
    assert account.is_empty()
    assert bytes(io.code(account)) == b""
    deploy(io, b"\1")
    assert bytes(io.code(account)) == b"\1"


def test_forced_deployment(io: Io) -> None:
    digest = U256(int.from_bytes(b2s(CODE), "big"))
    resources = plenty()
    io.set_bytecode_details(resources, A, digest, U32(len(CODE)), U256(9))
    account = io.account(A)
    assert spent(resources) == (0, 4000 + 4000 + 242240 + 1000)
    assert (int(account.versioning), account.nonce) == (DEPLOYED, U64(0))
    assert account.not_publish
    deploy(io, b"\1")
    assert not account.not_publish


def test_destruction_in_the_transaction_of_deployment(io: Io) -> None:
    deploy(io)
    fund(io, A, 7)
    io.write_slot(EVM, plenty(), A, KEY, U256(5))
    fund(io, HEIR, 1)
    assert destroy(io) == 0
    assert io.account(A).has_code()
    assert io.account(HEIR).balance == U256(8)

    io.finish_transaction()
    account = io.account(A)
    assert account.is_empty()
    assert not account.changed()
    io.begin_transaction()
    resources = plenty()
    io.write_slot(EVM, resources, A, KEY, U256(1))
    assert spent(resources) == (22100, 4000 + 121120 + 120800)


def test_cleared_slots_are_updated_even_if_never_written(io: Io) -> None:
    deploy(io)
    snapshot = io.start_frame()
    io.read_slot(EVM, plenty(), A, KEY)
    io.finish_frame(snapshot, True)
    destroy(io)
    slot = io.storage.slots[1]
    assert slot.key == KEY
    assert not slot.updated
    io.finish_transaction()
    assert slot.updated


@pytest.mark.parametrize("in_constructor", [True, False])
def test_account_of_an_earlier_transaction_only_loses_its_ether(
    io: Io, in_constructor: bool
) -> None:
    deploy(io)
    fund(io, A, 7)
    io.finish_transaction()
    io.begin_transaction()
    io.read_account(EVM, plenty(), A)
    # 2600 for a cold beneficiary, 25000 because it comes into being
    assert destroy(io, in_constructor=in_constructor) == 27600
    io.finish_transaction()
    assert io.account(A).has_code() == (not in_constructor)
    assert io.account(A).balance == U256(0)


@pytest.mark.parametrize(("deployed_now", "left"), [(True, 0), (False, 7)])
def test_beneficiary_is_the_account_itself(
    io: Io, deployed_now: bool, left: int
) -> None:
    deploy(io)
    if not deployed_now:
        io.finish_transaction()
        io.begin_transaction()
    fund(io, A, 7)
    assert destroy(io, heir=A) == 0
    assert io.account(A).balance == U256(left)


@pytest.mark.parametrize(
    ("amount", "nonce", "gas"), [(0, 0, 0), (1, 1, 0), (1, 0, 25000)]
)
def test_new_account_is_paid_for(
    world: World, io: Io, amount: int, nonce: int, gas: int
) -> None:
    deploy(io)
    fund(io, A, amount)
    if nonce:
        world.add_account(HEIR, encode_account(nonce=nonce))
    assert destroy(io) == 2600 + gas


def test_first_transaction_destroys_no_old_account(world: World, io: Io) -> None:
    world.add_account(A, encode_account(versioning=DEPLOYED, nonce=1, code=CODE), CODE)
    io.read_account(EVM, plenty(), A)
    destroy(io)
    io.finish_transaction()
    assert io.account(A).has_code()


def test_reverted_destruction(io: Io) -> None:
    deploy(io)
    fund(io, A, 7)
    snapshot = io.start_frame()
    destroy(io)
    io.finish_frame(snapshot, True)
    io.finish_transaction()
    assert io.account(A).has_code()
    assert io.account(A).balance == U256(7)


@pytest.mark.parametrize("quirks", [True, False])
def test_destroyed_account_is_wiped_again_only_upstream(
    world: World, quirks: bool
) -> None:
    world.options = int(OPTION_QUIRKS_UPSTREAM) if quirks else 0
    io = new_io()
    deploy(io)
    destroy(io)
    io.finish_transaction()
    io.begin_transaction()
    fund(io, A, 7)
    io.write_slot(EVM, plenty(), A, KEY, U256(5))
    io.finish_transaction()
    assert int(io.account(A).balance) == (0 if quirks else 7)
    assert int(io.storage.slots[io.storage.slots.length() - 1].current) == (
        0 if quirks else 5
    )


def test_untouched_destroyed_account_is_left_alone_upstream(world: World) -> None:
    world.options = int(OPTION_QUIRKS_UPSTREAM)
    io = new_io()
    deploy(io)
    destroy(io)
    io.finish_transaction()
    fund(io, A, 7)
    io.begin_transaction()
    io.finish_transaction()
    assert io.account(A).balance == U256(7)
