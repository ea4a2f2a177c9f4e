"""Planted faults are reported where they are, and their cases made small."""

from dataclasses import dataclass, replace

import pytest

from differential.machine_diff import MachineSubject, first_instruction_split
from differential.minimise.passes import minimise
from differential.minimise.predicate import compared, opcode_at
from differential.minimise.search import begin
from differential.reference.py_evm import executor
from differential.runners import cpython, py_evm, riscv
from differential.runners.base import conclude, prepare, state_of_case
from differential.trace import trace_py_evm
from tests.differential import planted
from tests.differential.planted_cases import (
    INNER,
    SLOAD,
    TARGET,
    TRIGGERS,
    crowded,
    push,
    store,
)
from zkos.compiler.variant import Variant
from zkos.host.profile import Profile, RunOptions
from zkos.lang.linkage import Patch
from zkos.machine.engines import NativeEngine, native_engine
from zkos.machine.machine import Machine

OPTIONS = RunOptions(Profile.REPLAY)


@dataclass(frozen=True)
class Report:
    """How a fault must be reported."""

    layer: str
    where: str = ""
    opcode: str = ""


REPORTS = {
    "multiplication costs one gas more": Report(
        "gas_used", "transactions[3]", opcode="MUL"
    ),
    "arithmetic shift is logical": Report(
        "storage", f"slot 0x2 of {TARGET:#042x}", opcode="SAR"
    ),
    "a revert keeps storage": Report("storage", f"slot 0x5 of {INNER:#042x}"),
    "pubdata calls a decrease an increase": Report("pubdata"),
    "transient storage outlives its transaction": Report(
        "storage", f"slot 0x4 of {TARGET:#042x}", opcode="TLOAD"
    ),
    "a copy in memory is one byte short": Report(
        "storage", f"slot 0x6 of {TARGET:#042x}", opcode="MCOPY"
    ),
    "topics are in reverse order": Report("logs", "transactions[3].logs[0]"),
    "an access list warms a neighbour": Report(
        "gas_used", "transactions[3]", opcode="SLOAD"
    ),
    "a contract starts with nonce 0": Report("accounts", "nonce of ", "CREATE"),
    "a credit loses a wei": Report("accounts", f"balance of {TARGET:#042x}"),
}


def code_bytes(case):
    """Bytes of code and initcode."""
    states = sum(len(account.code) for account in case.accounts)
    return states + sum(
        len(transaction.data)
        for block in case.blocks
        for transaction in block.transactions
        if transaction.to is None
    )


def assert_small(search, predicate, *, transactions=1):
    """Minimise and check that what is left is small and shows the same."""
    wanted = search.wanted
    small = minimise(search)
    left = sum(len(block.transactions) for block in small.blocks)
    assert left <= transactions
    assert code_bytes(small) <= 40
    again = begin(small, predicate, search.opcode_at)
    assert again.wanted == wanted
    assert small.blocks[0].context == replace(small.blocks[0].context, timestamp=42)
    return small


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.parametrize("name", planted.NUMBERS)
def test_fault_of_the_os_is_found_and_made_small(name):
    twice = name.startswith("transient")
    case = crowded(TRIGGERS[name], runs=2 if twice else 1)
    sides = (("native", planted.runner()), ("planted", planted.runner(name)))
    predicate = compared(*sides, OPTIONS)
    find = opcode_at(planted.tracer(), planted.tracer(name), OPTIONS)

    report = REPORTS[name]
    difference = predicate(case)
    assert difference.layer == report.layer
    assert difference.where.startswith(report.where)
    search = begin(case, predicate, find)
    assert search.wanted.opcode == report.opcode

    assert_small(search, predicate, transactions=2 if twice else 1)


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.cpython
def test_build_with_all_faults_off_is_right():
    case = crowded("".join(TRIGGERS.values()))
    predicate = compared(
        ("cpython", cpython.run_block), ("planted", planted.runner()), OPTIONS
    )
    assert predicate(case) is None


def slow(values):
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


MACHINE_FAULTS = {
    "the equality delegation compares too little": (
        Patch(
            "zkos.machine.delegations",
            "return a, a == b",
            "return a, a << 16 == b << 16",
        ),
        push(2**250 + 1) + push(2**251 + 1) + "14" + store(1),
        "csrrw zero, u256, zero",
    ),
    "the arithmetic shift of the machine is logical": (
        Patch(
            "zkos.machine.interpreter",
            "registers[rd] = (x.to_signed() >> (y & 31)).to_unsigned()",
            "registers[rd] = x >> (y & 31)",
        ),
        push(2**256 - 2**40) + push(2) + "1d" + store(1),
        "sra ",
    ),
}


@pytest.mark.riscv
@pytest.mark.parametrize(
    "name", [next(iter(MACHINE_FAULTS)), *slow(list(MACHINE_FAULTS)[1:])]
)
def test_fault_of_the_machine_is_found_and_made_small(name):
    patch, trigger, instruction = MACHINE_FAULTS[name]
    engine = NativeEngine(Variant(patches=(patch,)))
    emulator = Machine(engine)

    def on_faulty(block, state, options):
        channel = prepare(block, state)
        image = riscv.program().image((options.word(),))
        ending = riscv.run_image(channel, image, riscv.program(), emulator)
        return conclude(channel, ending, state, options)

    case = crowded(trigger)
    predicate = compared(("riscv", riscv.run_block), ("faulty", on_faulty), OPTIONS)
    difference = predicate(case)
    assert difference.layer == "storage"
    assert difference.where == f"slot 0x1 of {TARGET:#042x}"

    small = assert_small(begin(case, predicate), predicate)

    split = first_instruction_split(*subjects(small, native_engine(), engine))
    assert split.steps[0].text.startswith(instruction)


def subjects(case, *engines):
    state = state_of_case(case)
    program = riscv.program()
    return [
        MachineSubject(
            type(engine).__name__,
            program.image((OPTIONS.word(),)),
            program.linked,
            engine,
            lambda: prepare(case.blocks[0], state),
        )
        for engine in engines
    ]


@pytest.mark.riscv
def test_fault_of_the_reference_adapter_is_found_and_made_small(monkeypatch):
    right = executor.ReferenceExecutor.calc_data_floor_gas

    def keeps_refunds(self, transaction, gas_used, gas_refund):
        return right(self, transaction, gas_used, 0) - gas_refund

    case = crowded(push(0) + store(3))
    predicate = compared(
        ("riscv", riscv.run_block), ("py_evm", py_evm.run_block), OPTIONS
    )
    assert predicate(case) is None
    monkeypatch.setattr(
        executor.ReferenceExecutor, "calc_data_floor_gas", keeps_refunds
    )

    difference = predicate(case)
    assert (difference.layer, difference.where) == ("gas_used", "transactions[3]")
    small = assert_small(begin(case, predicate), predicate)
    assert dict(small.accounts[-1].storage)


@pytest.mark.slow
@pytest.mark.native
def test_fault_of_a_reference_opcode_is_named_by_the_traces(monkeypatch):
    table = dict(py_evm_opcodes())
    table[0x54] = table[0x5C]  # TLOAD in the place of SLOAD
    monkeypatch.setattr(py_evm.ReferenceState.computation_class, "opcodes", table)
    case = crowded(push(3) + SLOAD + store(9))
    predicate = compared(
        ("native", planted.runner()), ("py_evm", py_evm.run_block), OPTIONS
    )
    find = opcode_at(planted.tracer(), trace_py_evm, OPTIONS)
    search = begin(case, predicate, find)
    assert search.wanted.opcode == "SLOAD"
    assert_small(search, predicate)


def py_evm_opcodes():
    return py_evm.ReferenceState.computation_class.opcodes
