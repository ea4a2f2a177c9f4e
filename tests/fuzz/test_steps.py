"""The search sees what opcodes cost and how they and their frames ended."""

import pytest

from fuzz.coverage.counters import SEMANTIC_BITS
from fuzz.targets.block_engines import coverage_engine
from fuzz.targets.blocks import BlockTarget
from tests.differential.ethereum_cases import (
    CREATE2,
    GAS,
    POP,
    SSTORE,
    STOP,
    call,
    case,
    code,
    keep,
    transaction,
)
from zkos.compiler.emit import MARKS
from zkos.guest.evm.opcodes import OPCODES
from zkos.host.case import AccountState
from zkos.host.profile import Profile, RunOptions

pytestmark = pytest.mark.native
NAMES = {row[0]: row[1] for row in OPCODES}
CELLS = 16
SLOAD, BALANCE, STATICCALL, REVERT = 0x54, 0x31, 0xFA, 0xFD
WARM, COLD = (100).bit_length() // 2, (2100).bit_length() // 2
FAILED, SUCCEEDED, RETURNED, REVERTED, HALTED = range(9, 14)
OTHER = 0xE0


def seen(body, *accounts, times=1):
    """The marks of a run of `body`, as opcode and cell, and all features."""
    sent = [transaction(nonce=nonce) for nonce in range(times)]
    made = case(body, accounts=accounts, transactions=sent)
    engine = coverage_engine()
    engine.counters.clear()
    target = BlockTarget("alone", [engine], RunOptions(profile=Profile.REPLAY))
    assert target.run(made).problem is None
    features = engine.counters.features()
    first = engine.counters.size - MARKS
    marks = features >> SEMANTIC_BITS + 8 * first
    cells = {at for at in range(MARKS) if marks >> 8 * at & 0xFF}
    return {(at // CELLS, at % CELLS) for at in cells}, features


def of(opcode, marks):
    return {cell for name, cell in marks if name == opcode}


def test_warm_and_cold_differ():
    once, few = seen(code((3,), SLOAD, POP))
    twice, more = seen(code((3,), SLOAD, POP, (3,), SLOAD, POP))
    assert of(SLOAD, once) == {COLD}
    assert of(SLOAD, twice) == {COLD, WARM}
    assert more & ~few
    cold, _ = seen(code((5,), BALANCE, (OTHER,), BALANCE, POP, POP))
    assert of(BALANCE, cold) == {WARM, (2600).bit_length() // 2}


@pytest.mark.parametrize(
    ("body", "opcode", "end"),
    [
        (code(STOP), STOP, RETURNED),
        (code((0, 0), REVERT), REVERT, REVERTED),
        (code(POP), POP, HALTED),
    ],
)
def test_ends_of_frames_differ(body, opcode, end):
    callee = AccountState(OTHER, nonce=1, code=body)
    marks, _ = seen(call(OTHER) + keep(), callee)
    assert end in of(opcode, marks)
    # The call knows as well, after the gas it took.
    outcome = SUCCEEDED if end == RETURNED else FAILED
    assert outcome in of(0xF1, marks)
    assert not {FAILED, SUCCEEDED} - {outcome} & of(0xF1, marks)


def test_creations_and_static_calls_have_outcomes():
    writer = AccountState(OTHER, nonce=1, code=code((1, 1), SSTORE))
    static = code((0, 0, 0, 0), (OTHER,), GAS, STATICCALL) + keep()
    marks, _ = seen(static, writer)
    assert FAILED in of(STATICCALL, marks)
    assert HALTED in of(SSTORE, marks)
    marks, _ = seen(code((0, 0, 0, 7), CREATE2) + keep())
    assert SUCCEEDED in of(CREATE2, marks)


def test_first_opcode_of_a_frame_has_no_predecessor():
    marks, _ = seen(code((1,), POP, GAS, POP, STOP), times=3)
    assert {NAMES[opcode] for opcode, _ in marks} == {"PUSH1", "POP", "GAS", "STOP"}
    assert of(STOP, marks) == {RETURNED}
    assert {cell for _, cell in marks} == {(3).bit_length() // 2, RETURNED}
