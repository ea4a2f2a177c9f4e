"""Executions that end with an error of the runner, without the runner."""

from types import SimpleNamespace

import pytest

from tests.guest.bootloader.encodings import REASONS
from tests.guest.bootloader.flow import prices, work
from zkos.guest.flow import l1, process
from zkos.guest.flow.checks import Sender
from zkos.guest.flow.ledger import Ledger
from zkos.guest.system.errors import Fatal, OutOfNative, OutOfReturnMemory
from zkos.lang.ints import U8, U32, U64, U256, Address

START, INTRINSIC, WITHHELD, VALIDATION = 10_000, 300, 77, 1_000
ERRORS = {
    OutOfNative: "OUT_OF_NATIVE",
    OutOfReturnMemory: "OUT_OF_RETURN_MEMORY",
    Fatal: "INTERNAL",
}


def failing(error, *, aborts=False, forgets=False):
    """Work whose call raises `error`, and its ledger after validation."""
    one = work(gas_limit=100, aborts=aborts)

    def call(*_):
        raise error

    one.frames = []
    one.io.start_frame = lambda: U32(5)
    one.io.finish_frame = lambda *ending: one.frames.append(ending)
    one.io.read_account = lambda *_: SimpleNamespace(environment=lambda: U8(0))
    one.runner = SimpleNamespace(call=call, fault=U32(0))
    one.forgets_native = forgets
    one.transaction.is_creation = False
    one.transaction.sender = one.transaction.to = Address(0)
    one.transaction.value = U256(0)
    ledger = Ledger(U64(2560), U64(START), U64(WITHHELD), U64(INTRINSIC))
    ledger.resources.native = U64(START - VALIDATION)
    return one, ledger


def run_l2(error, **changes):
    one, ledger = failing(error, **changes)
    sender = Sender(U8(0), U64(0), False)
    process.run(one, prices(), ledger, sender)
    return one, ledger


def run_l1(error, **changes):
    one, ledger = failing(error, **changes)
    l1.run_paid(one, prices(), ledger)
    return one, ledger


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
@pytest.mark.parametrize("run", [run_l2, run_l1])
def test_error_reverts_and_takes_all_gas_and_native(run, error):
    one, ledger = run(error)
    assert REASONS[int(one.outcome.reason)] == ERRORS[error]
    assert not one.outcome.success
    assert ledger.resources.ergs == 0
    assert one.outcome.native_used == START + INTRINSIC
    assert one.frames[-1] == (5, True)


def test_only_l2_transactions_keep_what_is_withheld():
    assert run_l2(OutOfNative)[1].resources.native == WITHHELD
    assert run_l1(OutOfNative)[1].resources.native == 0


@pytest.mark.parametrize("error", [OutOfNative, OutOfReturnMemory])
def test_forgotten_native_is_that_of_execution(error):
    one, ledger = run_l2(error, forgets=True)
    assert one.outcome.native_used == VALIDATION + INTRINSIC
    assert ledger.resources.native == START - VALIDATION + WITHHELD
    one, _ = run_l1(error, forgets=True)
    assert one.outcome.native_used == START + INTRINSIC


@pytest.mark.parametrize("run", [run_l2, run_l1])
def test_internal_error_ends_the_block_upstream(run):
    with pytest.raises(Fatal):
        run(Fatal, aborts=True)
