"""Words in blocks: when they are exchanged, dropped, missing, and handed on last."""

import struct

import pytest

from zkos.compiler.assembler import A0, A1, A2, ZERO, Assembler
from zkos.machine import machine as machine_module
from zkos.machine.channels import NoWord
from zkos.machine.execution import Stop

READ, WRITE = object(), object()


class Blocks:
    """Serves one block of words per exchange and keeps what was written to get it."""

    def __init__(self, *answers):
        self.answers = [struct.pack(f"<{len(words)}I", *words) for words in answers]
        self.received = []

    def exchange(self, written):
        self.received.append(struct.unpack(f"<{len(written) // 4}I", written))
        return self.answers.pop(0) if self.answers else b""


def program(*steps):
    """READ into a0, a1, ... in order; an int is written."""
    assembler = Assembler()
    register = A0
    for step in steps:
        if step is READ:
            assembler.emit("csrrw", register, 0x7C0, ZERO)
            register += 1
        else:
            assembler.emit("addi", A2 + 5, ZERO, step)
            assembler.emit("csrrw", ZERO, 0x7C0, A2 + 5)
    assembler.emit("jal", ZERO, 0)
    return assembler.code()


def test_words_are_exchanged_when_one_is_needed(machine):
    blocks = Blocks((1, 2, 3), (4,))

    result = machine.run(program(7, 8, READ, READ, READ, READ), blocks, 100)

    assert result.reason is Stop.FINISHED
    assert result.registers[A0 : A0 + 4] == (1, 2, 3, 4)
    assert blocks.received == [(7, 8), ()]
    assert (result.words_read, result.words_written) == (4, 2)


def test_a_write_drops_what_was_not_read(machine):
    blocks = Blocks((1, 2, 3), (4,))

    result = machine.run(program(7, READ, 8, READ), blocks, 100)

    assert result.registers[A0 : A1 + 1] == (1, 4)
    assert blocks.received == [(7,), (8,)]


def test_last_words_reach_the_host(machine):
    blocks = Blocks()

    result = machine.run(program(7, 8), blocks, 100)

    assert result.reason is Stop.FINISHED
    assert blocks.received == [(7, 8)]


def test_last_words_reach_the_host_after_the_limit(machine):
    blocks = Blocks()

    result = machine.run(program(7, 8, 9), blocks, 4)

    assert result.reason is Stop.CYCLE_LIMIT
    assert blocks.received == [(7, 8)]


def test_nothing_to_read_stops_at_the_read(machine):
    result = machine.run(program(7, READ, READ), Blocks((5,)), 100)

    assert result.reason is Stop.HOST_ERROR
    assert isinstance(result.error, NoWord)
    assert (result.pc, result.words_read) == (12, 1)
    assert result.registers[A0 : A1 + 1] == (5, 0)


def test_program_without_host_may_not_read(machine):
    assert machine.run(program(READ), None, 100).reason is Stop.HOST_ERROR
    assert machine.run(program(), None, 100).reason is Stop.FINISHED


def test_half_words_are_refused(machine):
    class Half:
        def exchange(self, written):
            return b"123"

    result = machine.run(program(READ), Half(), 100)

    assert result.reason is Stop.HOST_ERROR
    assert "3 bytes, not whole words" in result.describe()


def test_failure_on_the_last_words_is_a_failure(machine):
    class Full:
        def exchange(self, written):
            raise BufferError("no more")

    result = machine.run(program(7), Full(), 100)

    assert result.reason is Stop.HOST_ERROR
    assert isinstance(result.error, BufferError)


def test_interrupt_of_the_host_comes_out(machine):
    class Interrupting:
        def exchange(self, written):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        machine.run(program(READ), Interrupting(), 100)
    with pytest.raises(KeyboardInterrupt):
        machine.run(program(7), Interrupting(), 100)


def test_interrupted_run_goes_on_with_its_words(machine):
    blocks = Blocks((1, 2), (3,))
    execution = machine.load(program(7, READ, READ, 8, READ), blocks)

    results = [execution.proceed(limit) for limit in range(1, 9)]

    assert results[-1].reason is Stop.FINISHED
    assert results[-1].registers[A0 : A2 + 1] == (1, 2, 3)
    assert blocks.received == [(7,), (8,)]


def test_run_cannot_go_on_after_another_came_between(machine):
    first = machine.load(program(READ, READ), Blocks((1, 2)))
    first.proceed(1)
    machine.run(program(READ), Blocks((3,)), 100)

    with pytest.raises(RuntimeError, match="another came between"):
        first.proceed(2)


def test_slices_do_not_show(machine, monkeypatch):
    image = program(7, READ, READ, 8, READ)
    whole = machine.run(image, Blocks((1, 2), (3,)), 100)
    monkeypatch.setattr(machine_module, "SLICE_CYCLES", 2)

    sliced = machine.run(image, Blocks((1, 2), (3,)), 100)

    assert sliced == whole
    assert machine.run(image, Blocks((1, 2)), 3).cycles == 3
