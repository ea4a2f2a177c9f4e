import pytest
from Crypto.Hash import keccak

from tests.guest.objects import OBJECTS, Io, map_length, stored_length
from tests.guest.system.budget import plenty, purse, spent
from tests.guest.system.world import PREIMAGE, World, b2s, encode_account, stored
from zkos.guest.protocol.environment import EVM_ENVIRONMENT as EVM
from zkos.guest.protocol.environment import NO_ENVIRONMENT as NONE
from zkos.guest.system.errors import Fatal, OutOfErgs, OutOfNative
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import view_of
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

A = Address(0xA1)
HEIR = Address(0xEE)
KEY = U256(1)
CODE = b"\x60\x00" * 50
DEPLOYED = 0x0101010000000000


def k256(data: bytes) -> int:
    return int.from_bytes(keccak.new(data=data, digest_bits=256).digest(), "big")


def hash_native(length: int) -> int:
    return 800 + 340 * -(-length // 64)


def keccak_native(length: int) -> int:
    return 2500 + 17500 * max(1, -(-length // 136))


def recording(code: bytes) -> int:
    """Native of making and recording stored code."""
    return 6 * len(code) + hash_native(len(stored(code))) + 500


def deploy(io: Io, code: bytes = CODE) -> None:
    io.increment_nonce(NONE, plenty(), A)
    io.deploy_code(EVM, plenty(), A, view_of(code))


def destroy(io: Io, *, in_constructor: bool = False, heir: Address = HEIR) -> int:
    resources = plenty()
    io.self_destruct(resources, A, heir, in_constructor)
    return spent(resources)[0]


def fund(io: Io, address: Address, amount: int) -> None:
    io.add_balance(NONE, plenty(), address, U256(amount))


@pytest.mark.parametrize("code", [CODE, b"", b"\x5b" * 65, bytes(24576)])
def test_deployment_sets_the_code_properties(world: World, io: Io, code: bytes) -> None:
    world.add_account(A, encode_account(versioning=(1 << 63) | 0x77, balance=3))
    io.increment_nonce(NONE, plenty(), A)
    resources = plenty()
    io.deploy_code(EVM, resources, A, view_of(code))
    account = io.account(A)

    native = 4000 + keccak_native(len(code)) + recording(code) + 1000
    assert spent(resources) == (200 * len(code), native)
    assert int(account.versioning) == DEPLOYED | 0x77
    assert int(account.bytecode_hash) == int.from_bytes(b2s(stored(code)), "big")
    assert int(account.observable_hash) == k256(code)
    assert account.code_length == account.observable_length == U32(len(code))
    assert account.artifacts_length == 8 * -(-len(code) // 64)
    assert account.has_code() == (code != b"")
    assert account.environment() == EVM
    assert bytes(io.code(account)) == code
    assert bytes(io.stored_code(account)) == stored(code)
    resources = plenty()
    io.read_account_with_code(NONE, resources, A)
    assert spent(resources) == (0, 4000 + 500 + hash_native(len(stored(code))))


@pytest.mark.parametrize(
    ("code", "kept", "digest"),
    [
        (
            "5b605b5b",
            "5b605b5b000000000900000000000000",
            "05d002684bc1c60f494c97bc7299a7d7e45240a1b30ec26423b4ab1021549636",
        ),
        (
            "60006000f3",
            "60006000f30000000000000000000000",
            "22dacb9010fc10a12385f06d6eca35dd8874dde67274684fe5d53a96f7439bb4",
        ),
    ],
)
def test_published_stored_codes(io: Io, code: str, kept: str, digest: str) -> None:
    deploy(io, bytes.fromhex(code))
    account = io.account(A)
    assert bytes(io.stored_code(account)).hex() == kept
    assert f"{int(account.bytecode_hash):064x}" == digest
    assert bytes(io.preimages.made[0].data).hex() == kept


def test_equal_code_is_recorded_once(io: Io) -> None:
    deploy(io)
    resources = plenty()
    io.deploy_code(EVM, resources, HEIR, view_of(CODE))
    assert spent(resources)[1] == 250240 + keccak_native(100) + recording(CODE) + 1000
    assert io.preimages.made.length() == 1
    assert bytes(io.code(io.account(HEIR))) == CODE


@pytest.mark.parametrize("length", [*range(18), 63, 64, 65, 2**32 - 1])
def test_lengths_of_stored_code(length: int) -> None:
    bits = 8 * -(-length // 64)
    assert map_length(U32(length)) == bits
    total = min(-(-length // 8) * 8, 2**32 - 1) + bits
    assert stored_length(U32(length), U32(bits)) == min(total, 2**32 - 1)


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


def hash_of(data: bytes) -> U256:
    return U256(int.from_bytes(b2s(data), "big"))


def test_forced_deployment_fetches_the_plain_code(world: World, io: Io) -> None:
    world.preimages[b2s(CODE)] = CODE
    io.deploy_code(EVM, plenty(), HEIR, view_of(b"\1"))
    resources = plenty()
    io.set_bytecode_details(resources, A, hash_of(CODE), U32(len(CODE)), U256(9))
    account = io.account(A)
    native = 250240 + 500 + hash_native(len(CODE)) + recording(CODE) + 1000
    assert spent(resources) == (2600, native)
    assert world.queries[-1] == PREIMAGE
    assert (int(account.versioning), account.nonce) == (DEPLOYED, U64(0))
    assert account.bytecode_hash == hash_of(stored(CODE))
    assert (int(account.code_length), int(account.artifacts_length)) == (100, 16)
    assert (int(account.observable_hash), int(account.observable_length)) == (9, 100)
    assert bytes(io.code(account)) == CODE
    assert account.not_publish
    deploy(io, b"\1")
    assert not account.not_publish


def test_forced_deployment_of_nothing(io: Io) -> None:
    """Without a hash nothing is asked for."""
    resources = plenty()
    io.set_bytecode_details(resources, A, U256(0), U32(0), U256(9))
    account = io.account(A)
    assert spent(resources) == (2600, 250240 + 800 + 500 + 1000)
    assert account.bytecode_hash == hash_of(b"")
    assert (account.environment(), account.has_code()) == (EVM, False)


def test_forced_deployment_of_a_length_without_code_is_fatal(io: Io) -> None:
    with pytest.raises(Fatal):
        io.set_bytecode_details(plenty(), A, U256(0), U32(4), U256(9))


@pytest.mark.parametrize("known", [True, False])
def test_forced_deployment_of_another_length_ends_the_run(
    world: World, io: Io, known: bool
) -> None:
    """Else a host could have a decree fail by what else it has the guest look at."""
    code = b"known for long"
    world.preimages[b2s(code)] = code
    if known:
        io.set_bytecode_details(plenty(), A, hash_of(code), U32(14), U256(9))
    with pytest.raises(Trap, match="unexpected length of a preimage"):
        io.set_bytecode_details(plenty(), A, hash_of(code), U32(4), U256(9))


DELEGATE = Address(0x0102)
COLD_AUTHORITY = 4000 + 127100


def test_delegation_names_another_account(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=7, balance=3))
    resources = plenty()
    io.set_delegation(resources, A, DELEGATE)
    account = io.account(A)
    code = bytes.fromhex("ef0100") + bytes(18) + b"\1\2"
    assert spent(resources) == (0, COLD_AUTHORITY + 20000 + 1140 + 500 + 1000)
    assert int(account.versioning) == 0x0201010000000000
    assert f"{int(account.bytecode_hash):064x}" == (
        "f9434e1bcabc86672f359551459ba4dbdb1027f94aaac9ca25a5d9787310b7ca"
    )
    assert (int(account.code_length), int(account.artifacts_length)) == (23, 0)
    assert int(account.observable_hash) == k256(code)
    assert account.observable_length == 23
    assert (account.nonce, account.balance) == (U64(7), U256(3))
    assert account.is_delegated()
    assert account.has_code()
    assert bytes(io.code(account)) == code
    assert bytes(io.stored_code(account)) == code + b"\0"
    resources = plenty()
    io.read_account_with_code(NONE, resources, A)
    assert spent(resources) == (0, 4000 + 500 + 1140)


def test_delegation_to_the_highest_address(io: Io) -> None:
    io.set_delegation(plenty(), A, Address(2**160 - 1))
    assert bytes(io.code(io.account(A))) == bytes.fromhex("ef0100") + b"\xff" * 20


def test_delegation_is_cleared_by_address_0(world: World, io: Io) -> None:
    world.add_account(A, encode_account(nonce=7, balance=3))
    io.set_delegation(plenty(), A, DELEGATE)
    resources = plenty()
    io.set_delegation(resources, A, Address(0))
    account = io.account(A)
    assert spent(resources) == (0, 4000 + 1000)
    assert not account.changed()
    assert not account.is_delegated()
    assert bytes(io.code(account)) == b""


def test_delegation_of_a_forced_deployment_is_published(world: World, io: Io) -> None:
    world.preimages[b2s(CODE)] = CODE
    io.set_bytecode_details(plenty(), A, hash_of(CODE), U32(len(CODE)), U256(9))
    io.set_delegation(plenty(), A, DELEGATE)
    assert not io.account(A).not_publish


@pytest.mark.parametrize("short", [1, 1001, 1501, 2641])
def test_unpaid_delegation(world: World, io: Io, short: int) -> None:
    world.add_account(A, encode_account(nonce=7))
    total = COLD_AUTHORITY + 20000 + 1140 + 500 + 1000
    with pytest.raises(OutOfNative):
        io.set_delegation(purse(gas=0, native=total - short), A, DELEGATE)
    assert not io.account(A).is_delegated()


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
    assert spent(resources) == (22100, 4000 + 242240 + 120800)
    resources = plenty()
    io.touch_account(EVM, resources, A, False)
    assert spent(resources) == (2600, COLD_AUTHORITY)


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
    record = encode_account(versioning=DEPLOYED, nonce=1, code=CODE)
    world.add_account(A, record, stored(CODE))
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


def test_destroyed_account_is_wiped_once(io: Io) -> None:
    deploy(io)
    destroy(io)
    io.finish_transaction()
    io.begin_transaction()
    fund(io, A, 7)
    io.write_slot(EVM, plenty(), A, KEY, U256(5))
    io.finish_transaction()
    assert io.account(A).balance == U256(7)
    assert io.read_slot(EVM, plenty(), A, KEY) == U256(5)


@pytest.mark.parametrize(("address", "gas"), [(1, 25000), (10, 25000), (11, 27600)])
def test_precompile_as_beneficiary_is_warm(io: Io, address: int, gas: int) -> None:
    deploy(io)
    fund(io, A, 7)
    assert destroy(io, heir=Address(address)) == gas


def test_beneficiary_without_room_is_fatal(world: World, io: Io) -> None:
    world.add_account(HEIR, encode_account(balance=2**256 - 7))
    deploy(io)
    fund(io, A, 7)
    with pytest.raises(Fatal):
        destroy(io)
