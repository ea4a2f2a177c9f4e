"""The machine trace: steps around a cycle, with what each did."""

import pytest

from zkos.compiler.assembler import A0, A1, ZERO, Assembler
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine
from zkos.machine.trace import format_step, run_to, trace_machine, written_register


@pytest.fixture
def image():
    assembler = Assembler()
    assembler.emit("addi", A0, ZERO, 7)
    assembler.emit("addi", A1, A0, -8)
    assembler.emit("sw", A1, ZERO, 64)
    assembler.emit("add", ZERO, A0, A1)
    assembler.emit("csrrw", A1, 0x7FF, ZERO)
    assembler.emit("csrrw", ZERO, 0xC00, ZERO)
    return assembler.code() + bytes(64)


@pytest.fixture
def execution(image):
    made = Machine("cpython").load(image, None)
    yield made
    made.finish()
    made.buffers.close()


def test_steps_tell_what_changed(execution):
    steps = list(trace_machine(execution, 0, 100))
    assert [step.cycle for step in steps] == [0, 1, 2, 3, 4, 5]
    assert [step.pc for step in steps] == [0, 4, 8, 12, 16, 20]
    written = [(step.register, step.value) for step in steps]
    assert written[:2] == [(10, 7), (11, 0xFFFFFFFF)]
    assert written[2:4] == [(None, None), (None, None)]  # a store, and x0
    assert written[4] == (11, 0)
    assert [step.csr for step in steps] == [None] * 4 + [0x7FF, 0xC00]
    assert steps[-1].stop is Stop.ABORTED


def test_trace_begins_at_the_cycle_asked_for(execution):
    (step,) = trace_machine(execution, 3, 1)
    assert (step.cycle, step.pc) == (3, 12)
    assert step.text == "add zero, a0, a1"


def test_trace_beyond_the_end_is_the_end(execution):
    (step,) = trace_machine(execution, 1000, 10)
    assert (step.cycle, step.stop) == (5, Stop.ABORTED)


def test_run_to_stops_at_the_cycle(execution):
    assert run_to(execution, 4).cycles == 4
    assert run_to(execution, 4).pc == 16


def test_line_of_a_step(execution):
    *_, marker, abort = trace_machine(execution, 0, 100)
    assert format_step(marker).split()[-5:] == [
        "a1",
        "=",
        "0x00000000",
        "csr",
        "marker",
    ]
    assert format_step(abort, lambda _: "__trap+0x0").endswith("csr abort  aborted")
    assert "__trap+0x0" in format_step(abort, lambda _: "__trap+0x0")


@pytest.mark.parametrize(
    ("word", "register"),
    [(0x00700513, 10), (0x04B02023, None), (0x00000063, None), (0x00B50033, None)],
)
def test_register_an_instruction_writes(word, register):
    assert written_register(word) == register


def test_columns_tell_of_the_address(execution):
    first, *_ = trace_machine(execution, 0, 1)
    line = format_step(first, lambda pc: f"main+{pc}", lambda _: "a.py:5")
    assert line.split()[1:5] == ["0x00000000", "main+0", "a.py:5", "addi"]


def test_word_that_goes_to_the_host_is_told():
    class Host:
        def read(self):
            raise EOFError

        def write(self, word):
            pass

    assembler = Assembler()
    assembler.emit("addi", A0, ZERO, 7)
    assembler.emit("csrrw", ZERO, 0x7C0, A0)
    assembler.emit("csrrw", A1, 0x7C0, ZERO)
    execution = Machine("cpython").load(assembler.code() + bytes(64), Host())
    try:
        _, write, read = trace_machine(execution, 0, 3)
    finally:
        execution.finish()
        execution.buffers.close()
    assert write.sent == 7
    assert format_step(write).endswith("csr oracle <- 0x00000007")
    assert read.sent is None
