"""The Keccak delegation against a library, and what it refuses."""

import pytest
from Crypto.Hash import keccak

from tests.machine.test_delegations import A_AT, Memory, registers
from zkos.compiler.assembler import A0, A1, ZERO, Assembler
from zkos.lang.ints import U32
from zkos.machine.execution import Stop
from zkos.machine.keccak import STEPS, keccak_step
from zkos.machine.state import BAD_DELEGATION, MEMORY_BYTES, RUNNING

RATE = 136
LANES = A_AT
MESSAGES = (b"", b"abc", bytes(range(135)), bytes(RATE))


def permuted(state):
    """The state after all steps."""
    memory, arguments = Memory(), registers(0, LANES)
    for index, lane in enumerate(state):
        memory.store_u64(U32(LANES + 8 * index), lane)
    for step in range(int(STEPS)):
        assert arguments[10] == step
        assert keccak_step(memory, arguments) == RUNNING
    assert keccak_step(memory, arguments) == BAD_DELEGATION
    return [int(memory.load_u64(U32(LANES + 8 * index))) for index in range(25)]


def digest(message):
    """Keccak-256 of a message, with the delegation for its permutation."""
    padded = bytearray(message + bytes(RATE - len(message) % RATE))
    padded[len(message)] |= 1
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), RATE):
        for index in range(RATE // 8):
            at = start + 8 * index
            state[index] ^= int.from_bytes(padded[at : at + 8], "little")
        state = permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


@pytest.mark.parametrize("message", MESSAGES)
def test_649_steps_are_the_permutation(message):
    expected = keccak.new(digest_bits=256, data=message).digest()
    assert digest(message) == expected


@pytest.mark.parametrize(
    ("step", "address"),
    [
        (649, LANES),
        (1 << 31, LANES),
        (0, LANES + 128),
        (0, LANES + 1),
        (0, 0x1000),
        (0, int(MEMORY_BYTES)),
    ],
)
def test_bad_arguments_are_refused(step, address):
    arguments = registers(step, address)
    assert keccak_step(Memory(), arguments) == BAD_DELEGATION
    assert (arguments[10], arguments[11]) == (step, address)


def program(steps):
    """Steps on lanes at the start of RAM, then the end of the program."""
    code = Assembler()
    code.load_constant(A0, 0)
    code.load_constant(A1, LANES)
    for _ in range(steps):
        code.emit("csrrw", ZERO, 0x7CB, ZERO)
    code.emit("jal", ZERO, 0)
    return code.code()


def test_steps_are_counted(machine):
    result = machine.run(program(28), None, 1000)
    assert result.reason is Stop.FINISHED
    assert result.delegations["keccak"] == 28
    assert result.registers[10] == 28
