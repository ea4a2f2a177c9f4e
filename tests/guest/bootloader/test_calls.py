"""Calls of the runner (EVM spec 3)."""

import pytest

from tests.guest.bootloader.chain import (
    COLD,
    COLD_NEW,
    DELEGATED,
    GAS,
    OLD_STYLE,
    RETURN_TOP,
    SENDER,
    STORE_0,
    A,
    B,
    C,
    Chain,
    D,
    asm,
    call_to,
    code_price,
    push,
)
from tests.guest.objects import OBJECTS
from tests.guest.system.world import encode_account, padded, stored
from zkos.guest.protocol.report import REASON_ENTRY_TRANSFER_FAILED
from zkos.guest.system.errors import Fatal, OutOfReturnMemory
from zkos.lang.ints import Address

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.plain(SENDER, nonce=5, balance=1000)
    return made


# From outside


def test_call_of_a_plain_account_moves_the_value(chain: Chain) -> None:
    with chain.running():
        assert chain.call(B, value=3)
        assert (chain.balance(SENDER), chain.balance(B)) == (997, 3)
        # The callee, the balance looked at, two updates.
        assert (chain.gas, chain.native) == (0, COLD_NEW + 4000 + 2 * 5000)


def test_call_without_value_looks_at_no_balance(chain: Chain) -> None:
    with chain.running():
        assert chain.call(B)
        assert chain.native == COLD_NEW


def test_value_above_the_balance_fails_before_the_frame(chain: Chain) -> None:
    with chain.running():
        assert not chain.call(B, value=1001)
        assert chain.balance(SENDER) == 1000
        assert (chain.gas, chain.native) == (0, COLD_NEW + 4000)


@pytest.mark.parametrize("environment", [0, 1])
def test_receiver_without_room(chain: Chain, environment: int) -> None:
    chain.plain(B, balance=2**256 - 1)
    with chain.running():
        if environment == 1:
            assert not chain.call(B, value=1, environment=1)
            assert (chain.balance(SENDER), chain.gas) == (1000, 0)
            return
        with pytest.raises(Fatal):
            chain.call(B, value=1)
        assert chain.runner.fault == REASON_ENTRY_TRANSFER_FAILED


def test_deployed_account_with_empty_code_runs_one_step(chain: Chain) -> None:
    chain.contract(A, b"")
    with chain.running():
        assert chain.call(A)
        assert (chain.gas, chain.native) == (0, COLD + 500 + 800 + 20)


def test_stored_code_is_paid_at_every_call(chain: Chain) -> None:
    code, inner = asm(call_to(B), call_to(B), "STOP"), bytes(100)
    chain.contract(A, code)
    chain.contract(B, inner)
    pushes = 2 * (4 * 50 + 60 + 60 + 140)
    calls = 2 * (1500 + code_price(inner))
    steps = 20 * (2 * (4 + 3 + 1 + 1) + 1)
    with chain.running():
        assert chain.call(A)
        touches = COLD + COLD + 4000
        assert chain.native == touches + code_price(code) + pushes + calls + steps
        assert chain.call(A)
        assert chain.native == 3 * 4000 + code_price(code) + pushes + calls + steps


def test_old_style_code_sees_its_padding(chain: Chain) -> None:
    code = asm("CODESIZE", RETURN_TOP)
    record = encode_account(versioning=OLD_STYLE, code=code, artifacts=b"")
    chain.world.add_account(A, record, padded(code))
    with chain.running():
        assert chain.call(A)
        assert int.from_bytes(chain.output, "big") == len(padded(code)) > len(code)
        steps = (40 + 20) + (50 + 20) + (250 + 35 + 32 + 20) + (60 + 20) + 70 + 60
        read = COLD + 500 + 800 + 340
        assert chain.native == read + 6 * len(padded(code)) + steps


@pytest.mark.parametrize(
    ("versioning", "artifacts"),
    [(0x0102020000000000, b""), (0x0101020000000000, None), (OLD_STYLE, bytes(8))],
)
def test_unknown_kinds_of_code_are_fatal(
    chain: Chain, versioning: int, artifacts: bytes | None
) -> None:
    code = b"\x00"
    record = encode_account(versioning=versioning, code=code, artifacts=artifacts)
    kept = padded(code) + (stored(code)[8:] if artifacts is None else artifacts)
    chain.world.add_account(A, record, kept)
    with chain.running(), pytest.raises(Fatal):
        chain.call(A)


# Calls between frames


def test_value_call_looks_at_the_callers_balance(chain: Chain) -> None:
    chain.contract(A, asm(call_to(B, value=7), STORE_0, "GAS", RETURN_TOP), balance=6)
    with chain.running():
        assert chain.call(A)
        assert (chain.slot(A), chain.balance(A)) == (0, 6)
        assert not chain.io.account(Address(B)).changed()


@pytest.mark.parametrize("callee", [B, 4, 0x100, 0x800A])
def test_failed_value_call_gives_back_gas_and_stipend(
    chain: Chain, callee: int
) -> None:
    """Only what the call itself costs is gone; the callee gets nothing."""
    code = asm("GAS", call_to(callee, value=7), "POP GAS SWAP1 SUB", RETURN_TOP)
    chain.contract(A, code, balance=6)
    with chain.running():
        assert chain.call(A)
        spent = int.from_bytes(chain.output, "big")
    cold = 100 if callee in (4, 0x100) else 2600
    pushed = 4 * 2 + 3 * 3
    assert spent == pushed + cold + 9000 + 25000 - 2300 + 2 + 2


def test_depth_is_limited_for_every_target(chain: Chain) -> None:
    """The frame at depth 1024 calls itself, then a precompile; both fail."""
    again = f"PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 {push(A)} GAS CALL"
    code = asm(
        again, "PUSH @end JUMPI",
        call_to(4), "PUSH 0x01 ADD", STORE_0, "end: STOP",
    )  # fmt: skip
    chain.contract(A, code)
    with chain.running():
        assert chain.call(A, gas=2**50)
        assert chain.slot(A) == 1


# Delegation


def test_delegate_runs_for_the_account_that_names_it(chain: Chain) -> None:
    code = asm("ADDRESS", STORE_0, "CODESIZE", RETURN_TOP)
    chain.delegate(A, B, nonce=1)
    chain.contract(B, code)
    with chain.running():
        assert chain.call(A)
        assert (chain.slot(A), chain.slot(B)) == (A, 0)
        assert int.from_bytes(chain.output, "big") == len(code)


def test_both_accounts_are_paid_for(chain: Chain) -> None:
    chain.delegate(A, B, nonce=1)
    chain.contract(B, b"")
    with chain.running():
        assert chain.call(A)
        assert chain.native == 2 * COLD + (500 + 800 + 340) + (500 + 800) + 20
    chain.contract(C, asm(call_to(A), "STOP"))
    with chain.running():
        assert chain.call(C)
        assert chain.gas == 4 * 2 + 3 * 3 + 2 * 2600


@pytest.mark.parametrize("callee", [4, 0x8008, B])
def test_delegate_without_code_does_nothing(chain: Chain, callee: int) -> None:
    chain.delegate(A, callee, nonce=1)
    with chain.running():
        assert chain.call(A, data=b"abc")
        assert (chain.output, chain.gas) == (b"", 0)


def test_delegation_of_a_delegate_is_not_followed(chain: Chain) -> None:
    chain.delegate(A, B, nonce=1)
    chain.delegate(B, C, nonce=1)
    chain.contract(C, asm("STOP"))
    with chain.running():
        assert not chain.call(A)
        assert chain.gas == GAS
        assert not chain.is_known(C)


@pytest.mark.parametrize(
    "code", [bytes.fromhex("ef0100") + bytes(19), bytes.fromhex("ef0200") + bytes(20)]
)
def test_malformed_designation_is_fatal(chain: Chain, code: bytes) -> None:
    record = encode_account(versioning=DELEGATED, code=code, artifacts=b"")
    chain.world.add_account(A, record, padded(code))
    with chain.running(), pytest.raises(Fatal):
        chain.call(A)


# Return data

ROOM, FULL_FRAME = 1 << 28, (1 << 27) - 8192
"""What an interaction may return, and what one of its frames does here."""
RICH_CALL = {"gas": 1 << 45, "native": 1 << 62}


@pytest.mark.parametrize("who", ["frame", "hook"])
def test_return_data_beyond_the_buffer_unwinds(chain: Chain, who: str) -> None:
    """All room is used up, also when a frame passes data on; one byte more is not."""

    def returned(length: int) -> str:
        """By a frame that is asked for a length, or by the identity."""
        asked = f"{push(length)} PUSH0 MSTORE" if who == "frame" else ""
        size = 32 if who == "frame" else length
        callee = B if who == "frame" else 4
        zeros = "PUSH0 PUSH0"
        return f"{asked} {zeros} {push(size)} PUSH0 PUSH0 {push(callee)} GAS CALL POP"

    rest = ROOM - 2 * FULL_FRAME
    filling = (returned(FULL_FRAME), returned(FULL_FRAME))
    chain.contract(B, asm("PUSH0 CALLDATALOAD PUSH0 RETURN"))
    chain.contract(A, asm(*filling, returned(rest), "PUSH0 PUSH0 RETURN"))
    passed_on = f"{push(rest)} PUSH0 RETURN"
    chain.contract(C, asm(*filling, passed_on))
    chain.contract(D, asm(*filling, returned(rest), "PUSH 0x01 PUSH0 RETURN"))
    with chain.running():
        assert chain.call(A, **RICH_CALL)
        assert chain.call(C, **RICH_CALL)
        assert len(chain.output) == rest
        with pytest.raises(OutOfReturnMemory):
            chain.call(D, **RICH_CALL)
        # Nothing is left of it, and the next interaction has all room again.
        assert chain.call(A, **RICH_CALL)


def test_reverted_frame_takes_room_too(chain: Chain) -> None:
    again = f"PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 {push(B)} GAS CALL POP"
    chain.contract(B, asm(f"{push(FULL_FRAME)} PUSH0 REVERT"))
    chain.contract(A, asm(again, again, "STOP"))
    chain.contract(C, asm(again, again, again, "STOP"))
    with chain.running():
        assert chain.call(A, **RICH_CALL)
        with pytest.raises(OutOfReturnMemory):
            chain.call(C, **RICH_CALL)
