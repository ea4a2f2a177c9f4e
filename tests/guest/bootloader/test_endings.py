"""Executions that end with an error that no frame survives."""

import pytest

from tests.guest.bootloader.chain import STORE_0, A, B, C, asm, call_to, push
from tests.guest.bootloader.encodings import REASONS
from tests.guest.bootloader.flow import M64, prices, work
from tests.guest.objects import OBJECTS, Ledger, Resources, Sender, run, run_paid
from tests.guest.system.world import World, encode_account, stored
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.system.errors import Fatal, OutOfNative, OutOfReturnMemory
from zkos.lang.ints import U8, U64, U256, Address

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
INTRINSIC, WITHHELD, VALIDATION = 300, 77, 1_000
ERGS = 1 << 60
LONG = (1 << 27) - 64
"""What a frame can return; three times that is more than there is room for."""
DEPLOYED, UNKNOWN = 0x0101010000000000, 0x0102010000000000
FAILING = {
    OutOfNative: "again: PUSH @again JUMP",
    OutOfReturnMemory: f"{call_to(B, gas=1 << 48)} POP " * 3 + "STOP",
    Fatal: f"{call_to(C)} STOP",
}
"""What ends with the error, after a slot was written."""
REASON = {
    OutOfNative: "OUT_OF_NATIVE",
    OutOfReturnMemory: "OUT_OF_RETURN_MEMORY",
    Fatal: "INTERNAL",
}
START = {OutOfNative: 10**6, OutOfReturnMemory: 10**9, Fatal: 10**7}


def started(ending, native, *, aborts=False, forgets=False):
    """Work that calls code with such an ending, and its ledger after validation."""
    world = World()
    returning = asm(f"{push(LONG)} PUSH0 RETURN")
    writing = asm("PUSH 0x01", STORE_0, ending)
    for address, versioning, code in (
        *((A, DEPLOYED, writing), (B, DEPLOYED, returning)),
        (C, UNKNOWN, bytes(8)),
    ):
        record = encode_account(versioning=versioning, code=code)
        world.add_account(address, record, stored(code))
    one = work(gas_limit=100, aborts=aborts, world=world)
    one.forgets_native = forgets
    one.transaction.to = Address(A)
    ledger = Ledger(U64(ERGS), U64(native), U64(WITHHELD), U64(INTRINSIC))
    ledger.resources.native = U64(native - VALIDATION)
    return one, ledger


def failing(error, **changes):
    return started(FAILING[error], START[error], **changes)


def run_l2(error, **changes):
    one, ledger = failing(error, **changes)
    run(one, prices(), ledger, Sender(U8(0), U64(0), False))
    return one, ledger


def run_l1(error, **changes):
    one, ledger = failing(error, **changes)
    run_paid(one, prices(), ledger)
    return one, ledger


def slot(one):
    """The slot that was written before the error."""
    infinite = Resources(U64(M64), U64(M64))
    return one.io.read_slot(NO_ENVIRONMENT, infinite, Address(A), U256(0))


@pytest.mark.parametrize("error", FAILING, ids=lambda error: error.__name__)
@pytest.mark.parametrize("runs", [run_l2, run_l1])
def test_error_reverts_and_takes_all_gas_and_native(runs, error):
    one, ledger = runs(error)
    assert REASONS[int(one.outcome.reason)] == REASON[error]
    assert not one.outcome.success
    assert ledger.resources.ergs == 0
    assert one.outcome.native_used == START[error] + INTRINSIC
    assert slot(one) == 0


@pytest.mark.parametrize("runs", ["l2", "l1"])
def test_success_keeps_what_was_written(runs):
    one, ledger = started("STOP", 10**7)
    if runs == "l1":
        run_paid(one, prices(), ledger)
    else:
        run(one, prices(), ledger, Sender(U8(0), U64(0), False))
    assert one.outcome.success
    assert slot(one) == 1


def test_only_l2_transactions_keep_what_is_withheld():
    assert run_l2(OutOfNative)[1].resources.native == WITHHELD
    assert run_l1(OutOfNative)[1].resources.native == 0


@pytest.mark.parametrize("error", [OutOfNative, OutOfReturnMemory])
def test_forgotten_native_is_that_of_execution(error):
    one, ledger = run_l2(error, forgets=True)
    assert one.outcome.native_used == VALIDATION + INTRINSIC
    assert ledger.resources.native == START[error] - VALIDATION + WITHHELD
    one, _ = run_l1(error, forgets=True)
    assert one.outcome.native_used == START[error] + INTRINSIC


@pytest.mark.parametrize("runs", [run_l2, run_l1])
def test_internal_error_ends_the_block_upstream(runs):
    with pytest.raises(Fatal):
        runs(Fatal, aborts=True)
