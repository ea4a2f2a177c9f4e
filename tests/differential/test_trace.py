"""Traces: alike on all engines, whole, and compared whole."""

import copy
import json
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from differential.runners.base import state_of_case
from differential.trace import (
    TRACERS,
    json_lines,
    trace_cpython,
    trace_py_evm,
)
from differential.trace_diff import first_split
from tests.differential.ethereum_cases import (
    CONTRACT,
    GAS,
    OTHER,
    SSTORE,
    authorization,
    case,
    code,
    set_code,
    transaction,
)
from tests.differential.ethereum_cases import call as small_call
from tests.differential.planted_cases import (
    POP,
    SLOAD,
    TARGET,
    call,
    crowded,
    push,
    store,
)
from zkos.guest.evm import interpreter
from zkos.host.case import AccountState, load_case
from zkos.host.profile import Profile, RunOptions
from zkos.host.trace import decode_trace
from zkos.host.words import ReportError

OPTIONS = RunOptions(Profile.REPLAY, trace_memory=True)
DEEP = push(1) * 40 + "9f" + "8f" + POP * 41  # SWAP16, DUP16
CREATES = (
    push(0x60015FF3) + push(0) + "52"
    + push(4) + push(28) + push(0) + "f0"
    + push(0) + push(0) + push(0) + push(0) + "84" + "5a" + "fa" + POP + POP
)  # fmt: skip
TRANSIENT = push(0xAB) + push(7) + "5d" + push(7) + "5c" + POP
PROGRAMS = {
    "deep stack": DEEP,
    "calls": call(0xC0DE2, 3) + call(4) + call(0xE001, 1),
    "creation": CREATES,
    "halt in a callee": call(0xBAD),
    "transient storage": TRANSIENT,
    "storage": push(3) + SLOAD + store(4),
    "memory": push(77) + push(0x123) + "53" + push(9) + push(1) + push(64) + "5e",
}

QUICK = ("calls", "storage")
"""Programs of the default run."""


def traced(tracer, case, options=OPTIONS):
    return tracer(case.blocks[0], state_of_case(case), options)


@cache
def plain(code):
    """A trace of the plain Python; not to be changed."""
    return traced(trace_cpython, crowded(code))


@pytest.mark.cpython
@pytest.mark.parametrize("reference", ["py_evm", "eels"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in PROGRAMS
    ],
)
def test_references_and_plain_python_have_the_same_steps(name, reference):
    if reference == "eels":
        pytest.importorskip("ethereum")
    one = plain(PROGRAMS[name])
    two = traced(TRACERS[reference], crowded(PROGRAMS[name]))
    assert len(one.steps) > 50
    assert first_split(one.steps, two.steps) is None


PRICES = {0xF1: 11_600, 0xF2: 11_600, 0xF4: 2600, 0xFA: 2600, 0xF0: 32_000}
"""Of first calls, with value where they have it, and of a creation."""
LIMITS = (100, 2500, 9500, 20_000, 50_000)


@cache
def unpaid():
    """Calls of calls and creations at several limits, within a frame and as one."""
    accounts, transactions = [], []
    for number, opcode in enumerate(PRICES):
        operands = (1,) * (opcode in (0xF1, 0xF2)) + (0,) * 4
        body = code(operands, (0xE0 + number,), GAS, opcode)
        inner = AccountState(0xC0D50 + number, nonce=1, balance=5, code=body)
        calls = b"".join(small_call(inner.address, gas=gas) for gas in LIMITS)
        accounts += [AccountState(0xE0 + number, balance=1), inner]
        accounts += [AccountState(0xC0D60 + number, nonce=1, code=calls)]
        transactions.append((0xC0D60 + number, 10**6))
        transactions += [(inner.address, 21_000 + gas) for gas in LIMITS]
    sent = [
        transaction(to=to, gas_limit=gas, nonce=nonce)
        for nonce, (to, gas) in enumerate(transactions)
    ]
    return case(accounts=accounts, transactions=sent)


@pytest.mark.cpython
@pytest.mark.parametrize("reference", ["py_evm", "eels"])
def test_call_that_cannot_be_paid_ends_its_frame(reference):
    if reference == "eels":
        pytest.importorskip("ethereum")
    one, two = (traced(it, unpaid()) for it in (trace_cpython, TRACERS[reference]))
    assert first_split(one.steps, two.steps) is None
    last = [step for step in one.steps if step.opcode in PRICES]
    inner = [step for step in last if step.address < 0xC0D60]
    assert len(inner) == 2 * len(PRICES) * len(LIMITS)
    for step in inner:
        assert step.halted == (step.gas < PRICES[step.opcode])
        assert step.gas_cost == step.gas or not step.halted


@pytest.mark.cpython
def test_delegated_code_is_traced_at_the_account_it_runs_for():
    sent = set_code(authorization(CONTRACT), to=OTHER)
    given = case(code((3, 7), SSTORE), transactions=[sent])
    traces = [traced(tracer, given) for tracer in (trace_cpython, trace_py_evm)]
    assert first_split(traces[0].steps, traces[1].steps) is None
    assert {step.address for step in traces[0].steps} == {OTHER}


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.riscv
@pytest.mark.parametrize("name", ["arith", "calls", "transient", "memory"])
def test_all_engines_have_the_same_steps(shared, name):
    path = shared / "vectors" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no vector {name}")
    case = load_case(path)
    traces = {name: traced(tracer, case) for name, tracer in TRACERS.items()}
    first, *others = traces.values()
    assert first.steps
    for other in others:
        assert first_split(first.steps, other.steps) is None


@pytest.mark.cpython
def test_lines_follow_the_standard():
    trace = plain(PROGRAMS["storage"])
    lines = [json.loads(line) for line in json_lines(trace, 3)]
    *steps, summary = lines
    for step in steps:
        assert step["opName"]
        assert step["refund"] == 0
        assert int(step["gas"], 16) >= int(step["gasCost"], 16) > -1
        assert int(step["native"], 16) > 0
        assert step["depth"] == 1
    load = next(s for s in steps if s["opName"] == "SLOAD" and s["stack"] == ["0x3"])
    assert load["storage"] == {
        "kind": "persistent",
        "access": "read",
        "slot": "0x3",
        "value": hex(100_000),
    }
    stored = next(s for s in steps if s.get("storage", {}).get("slot") == "0x4")
    assert stored["storage"]["access"] == "write"
    assert stored["storage"]["value"] == hex(100_000)
    assert summary["pass"] is True
    assert int(summary["gasUsed"], 16) > 21_000


@pytest.mark.cpython
def test_gas_adds_up():
    trace = plain(PROGRAMS["storage"])
    steps = [step for step in trace.steps if step.transaction == 3]
    for before, after in pairwise(steps):
        assert before.gas - before.gas_cost == after.gas
        assert before.native - before.native_cost == after.native


@pytest.mark.cpython
def test_frames_that_halt_are_marked():
    case = crowded(call(0xC0DE3))
    halting = AccountState(0xC0DE3, code=bytes.fromhex(push(1) + "fe"))
    case = replace(case, accounts=(*case.accounts, halting))
    trace = traced(trace_cpython, case)
    halted = [step for step in trace.steps if step.halted]
    assert [step.name for step in halted] == ["INVALID"]
    assert halted[0].depth == 1
    assert halted[0].gas_cost == halted[0].gas


@pytest.mark.cpython
def test_tracing_ends_with_the_run():
    traced(trace_cpython, crowded(""))
    assert interpreter.TRACE is False


@pytest.mark.cpython
@pytest.mark.parametrize(
    ("change", "field", "values"),
    [
        (lambda step: setattr(step, "gas", step.gas + 1), "gas", None),
        (lambda step: setattr(step, "native", 5), "native", None),
        (lambda step: setattr(step, "stack", (9, *step.stack[1:])), "stack[1]", None),
        (lambda step: setattr(step, "memory_length", 1), "memory length", (32, 1)),
        (lambda step: setattr(step, "memory", bytes(32)), "memory[0x0]", None),
        (lambda step: setattr(step, "pc", 99), "pc", None),
        (lambda step: setattr(step, "depth", 2), "depth", (0, 2)),
    ],
)
def test_every_field_of_a_step_is_compared(change, field, values):
    steps = plain("").steps
    others = copy.deepcopy(steps)
    place = next(
        number
        for number, step in enumerate(steps)
        if step.name == "KECCAK256" and step.transaction == 3
    )
    change(others[place])
    split = first_split(steps, others)
    assert split.transaction == 3
    assert split.field == field
    assert split.opcode == steps[place - 1].name
    assert list(split.context) == steps[place - 5 : place]
    if values is not None:
        assert split.values == values


@pytest.mark.cpython
def test_what_an_opcode_does_is_told_as_its_own():
    steps = plain(PROGRAMS["storage"]).steps
    others = copy.deepcopy(steps)
    place = next(n for n, step in enumerate(steps) if step.storage is not None)
    others[place].storage.value += 1
    split = first_split(steps, others)
    assert split.opcode == steps[place].name
    assert split.field == f"storage[{steps[place].storage.slot:#x}]"
    assert split.culprit.address in (TARGET, 0xC20D)


@pytest.mark.cpython
def test_trace_that_ends_early_differs():
    steps = plain("").steps
    last = max(step.transaction for step in steps)
    split = first_split(steps, steps[:-1])
    assert (split.transaction, split.field) == (last, "end")
    assert split.values == (steps[-1].name, "ends")
    assert first_split(steps, steps) is None


def test_malformed_step_is_refused():
    words = [10, 0, 0, 0, *[0] * 9, 30]
    content = b"".join(word.to_bytes(4, "little") for word in words)
    with pytest.raises(ReportError, match="ends early"):
        decode_trace([(0xFFFFFFF0, content)])
