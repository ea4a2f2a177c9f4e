"""Creations of the runner (EVM spec 4)."""

import pytest

from tests.guest.bootloader.chain import (
    COLD,
    COLD_NEW,
    GAS,
    SENDER,
    STORE_0,
    A,
    B,
    Chain,
    asm,
    k256,
    push,
)
from tests.guest.objects import OBJECTS
from zkos.lang.ints import Address

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.plain(SENDER, nonce=5, balance=1000)
    return made


def deployer_code(value: int, initcode: bytes, *, salted: bool = False) -> bytes:
    """Create with up to 32 bytes; result and RETURNDATASIZE go to slots 0 and 1."""
    word = int.from_bytes(initcode.ljust(32, b"\0"), "big")
    salt = "PUSH0" if salted else ""
    opcode = "CREATE2" if salted else "CREATE"
    return asm(
        f"PUSH 0x{word:064x} PUSH0 MSTORE {salt}",
        f"{push(len(initcode))} PUSH0 {push(value)} {opcode}",
        STORE_0, "RETURNDATASIZE PUSH 0x01 SSTORE STOP",
    )  # fmt: skip


def created_by(deployer: int, nonce: int, initcode: bytes, *, salted: bool) -> int:
    where = deployer.to_bytes(20, "big")
    if salted:
        image = b"\xff" + where + bytes(32) + k256(initcode)
    else:
        assert 0 < nonce < 128
        image = bytes([0xD6, 0x94]) + where + bytes([nonce])
    return int.from_bytes(k256(image)[12:], "big")


DEPLOY_STOP = asm("PUSH 0x01 PUSH0 RETURN")
"""Deploys one byte: STOP."""


@pytest.mark.parametrize("salted", [False, True])
@pytest.mark.parametrize("upstream", [False, True])
def test_creation_costs_the_same_in_either_order(
    chain: Chain, *, salted: bool, upstream: bool
) -> None:
    chain.contract(A, deployer_code(3, DEPLOY_STOP, salted=salted), nonce=1, balance=3)
    created = created_by(A, 1, DEPLOY_STOP, salted=salted)
    used = []
    for mode in (upstream, False):
        with chain.running(upstream=mode):
            assert chain.call(A)
            assert chain.slot(A) == created
            assert chain.slot(A, 1) == 0
            account = chain.io.account(Address(created))
            assert (account.nonce, account.balance) == (1, 3)
            assert bytes(chain.io.code(account)) == b"\0"
            assert (chain.nonce(A), chain.balance(A)) == (2, 0)
            used.append((chain.gas, chain.native))
    assert used[0] == used[1]


@pytest.mark.parametrize("salted", [False, True])
@pytest.mark.parametrize("upstream", [False, True])
@pytest.mark.parametrize(("nonce", "balance"), [(1, 2), (2**64 - 1, 3)])
def test_refused_creation_leaves_its_address_cold(
    chain: Chain, *, salted: bool, upstream: bool, nonce: int, balance: int
) -> None:
    """Upstream has looked at it before its checks."""
    code = deployer_code(3, DEPLOY_STOP, salted=salted)
    chain.contract(A, code, nonce=nonce, balance=balance)
    with chain.running(upstream=upstream):
        assert chain.call(A)
        assert (chain.slot(A), chain.nonce(A)) == (0, nonce)
        assert chain.gas < 100_000
        known = int(chain.io.accounts.accounts.length())
        assert known == 2 + upstream


@pytest.mark.parametrize("taken", [{"nonce": 1}, {"code": 1}, {"delegate": 1}])
def test_collision_takes_the_constructors_gas(
    chain: Chain, taken: dict[str, int]
) -> None:
    chain.contract(A, deployer_code(0, DEPLOY_STOP), nonce=1)
    place = created_by(A, 1, DEPLOY_STOP, salted=False)
    if "nonce" in taken:
        chain.plain(place, nonce=1)
    elif "code" in taken:
        chain.contract(place, b"\1")
    else:
        chain.delegate(place, B)
    with chain.running():
        # The 64th part is enough to store the result.
        assert chain.call(A)
        assert (chain.slot(A), chain.nonce(A)) == (0, 2)
        assert chain.gas > GAS * 63 // 64


@pytest.mark.parametrize(
    ("initcode", "gas"),
    [
        (asm("PUSH 0xef PUSH0 MSTORE8 PUSH 0x01 PUSH0 RETURN"), True),
        (asm("PUSH 0x6001 PUSH0 RETURN"), True),
        (asm("INVALID"), True),
        (asm("PUSH 0x05 PUSH0 REVERT"), False),
    ],
)
def test_failed_constructor(chain: Chain, initcode: bytes, *, gas: bool) -> None:
    """Only a revert leaves return data and gas; the nonce stays raised."""
    chain.contract(A, deployer_code(0, initcode), nonce=1)
    with chain.running():
        assert chain.call(A)
        assert (chain.slot(A), chain.nonce(A)) == (0, 2)
        assert chain.slot(A, 1) == (0 if gas else 5)
        assert (chain.gas > GAS * 63 // 64) == gas
        place = created_by(A, 1, initcode, salted=False)
        assert chain.io.account(Address(place)).is_empty()


def test_creation_transaction(chain: Chain) -> None:
    place = int.from_bytes(
        k256(bytes([0xD6, 0x94]) + SENDER.to_bytes(20, "big") + b"\5")[12:], "big"
    )
    initcode = DEPLOY_STOP
    with chain.running():
        assert chain.create(initcode, value=9, nonce=5)
        assert int(chain.runner.created) == place
        assert (chain.balance(place), chain.nonce(place)) == (9, 1)
        assert (chain.balance(SENDER), chain.nonce(SENDER)) == (991, 5)
        assert chain.output == b""
        assert chain.gas == 3 + 2 + 3 + 200
        before = COLD_NEW + 4000 + 2 * 5000 + 6 * len(initcode) + 5000
        steps = (60 + 20) + (50 + 20) + (40 + 20) + 35 + 32
        deployed = 4000 + 20000 + 6 + (800 + 340) + 500 + 1000
        assert chain.native == before + steps + deployed


@pytest.mark.parametrize("upstream", [False, True])
def test_creation_transaction_that_cannot_be(chain: Chain, *, upstream: bool) -> None:
    with chain.running(upstream=upstream):
        assert not chain.create(DEPLOY_STOP, value=1001, nonce=5)
        assert chain.gas == 0
        assert chain.runner.created == Address(0)
        assert chain.native == 4000 + COLD_NEW * upstream


def test_creation_transaction_that_collides_burns_all_gas(chain: Chain) -> None:
    place = int.from_bytes(
        k256(bytes([0xD6, 0x94]) + SENDER.to_bytes(20, "big") + b"\5")[12:], "big"
    )
    chain.plain(place, nonce=1)
    with chain.running():
        assert not chain.create(DEPLOY_STOP, nonce=5)
        assert (chain.gas, chain.native) == (GAS, COLD)


@pytest.mark.parametrize("nonce", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 2**64 - 2])
def test_addresses_of_all_lengths_of_nonces(chain: Chain, nonce: int) -> None:
    digits = nonce.to_bytes(-(-nonce.bit_length() // 8), "big")
    if nonce == 0 or nonce > 0x7F:
        digits = bytes([0x80 + len(digits)]) + digits
    body = b"\x94" + SENDER.to_bytes(20, "big") + digits
    expected = k256(bytes([0xC0 + len(body)]) + body)[12:]
    with chain.running():
        assert chain.create(b"", nonce=nonce)
        assert int(chain.runner.created) == int.from_bytes(expected, "big")
