"""The delegations against hashlib and Python's integers, and what they refuse."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkos.compiler.assembler import A0, A1, A2, A3, RA, T0, ZERO, Assembler
from zkos.lang.ints import U32
from zkos.lang.memory import Array, ByteView
from zkos.machine import delegations
from zkos.machine.execution import Stop
from zkos.machine.state import BAD_DELEGATION, MEMORY_BYTES, RUNNING

A_AT = 0x00200000
B_AT = 0x00200040
STATE_AT = 0x00200080
MESSAGE_AT = 0x00200104
M = 1 << 256
IV = struct.unpack(
    "<8I",
    struct.pack(
        "<8I", *(int((p**0.5 % 1) * 2**32) for p in (2, 3, 5, 7, 11, 13, 17, 19))
    ),
)
ADD, SUB, REVERSED, MUL_LOW, MUL_HIGH, EQ, CARRY, COPY = (1 << bit for bit in range(8))


class Memory(ByteView):
    """The first bytes of RAM as if at their addresses."""

    def __init__(self):
        super().__init__(bytearray(0x400), -A_AT, int(MEMORY_BYTES))


def registers(*arguments):
    array = Array(U32, 256)
    for index, argument in enumerate(arguments):
        array[10 + index] = U32(argument)
    return array


def operate(mask, a, b):
    """What delegation 0x7ca leaves: a, flag."""
    memory = Memory()
    memory.store_u256(U32(A_AT), a)
    memory.store_u256(U32(B_AT), b)
    arguments = registers(A_AT, B_AT, mask)
    assert delegations.u256_operation(memory, arguments) == RUNNING
    assert memory.load_u256(U32(B_AT)) == b
    return int(memory.load_u256(U32(A_AT))), int(arguments[12])


corner = st.sampled_from([0, 1, 2, (1 << 32) - 1, 1 << 128, M >> 1, M - 2, M - 1])
number = st.one_of(corner, st.integers(0, M - 1))


@given(number, number, st.booleans())
def test_u256_operations_match_python(a, b, carry):
    c = CARRY if carry else 0

    assert operate(ADD | c, a, b) == ((a + b + carry) % M, a + b + carry >= M)
    assert operate(SUB | c, a, b) == ((a - b - carry) % M, a - b - carry < 0)
    assert operate(REVERSED | c, a, b) == ((b - a - carry) % M, b - a - carry < 0)
    assert operate(MUL_LOW | c, a, b) == (a * b % M, a * b >= M)
    assert operate(MUL_HIGH | c, a, b) == (a * b // M, 0)
    assert operate(EQ | c, a, b) == (a, a == b)
    assert operate(EQ | c, a, a) == (a, 1)
    assert operate(COPY | c, a, b) == ((b + carry) % M, b + carry >= M)


@pytest.mark.parametrize(
    "arguments",
    [
        (A_AT, A_AT, ADD),
        (A_AT + 4, B_AT, ADD),
        (A_AT, B_AT + 16, ADD),
        (0x1FFFE0, B_AT, ADD),
        (A_AT, 0x1FFFE0, ADD),
        (0x40000000, B_AT, ADD),
        (A_AT, 0xFFFFFFE0, ADD),
        (A_AT, B_AT, 0),
        (A_AT, B_AT, CARRY),
        (A_AT, B_AT, ADD | SUB),
        (A_AT, B_AT, 0x100),
        (A_AT, B_AT, 0x101),
    ],
)
def test_u256_refuses(arguments):
    memory = Memory()

    assert delegations.u256_operation(memory, registers(*arguments)) == BAD_DELEGATION
    assert not any(memory._data)


def blake2s_rounds(memory, control, rounds=10):
    for number_ in range(rounds):
        last = number_ == rounds - 1
        arguments = registers(STATE_AT, MESSAGE_AT, 1 << number_, control | last)
        assert delegations.blake2s(memory, arguments) == RUNNING


def read_words(memory, address, count):
    return [int(memory.load_u32(U32(address + 4 * i))) for i in range(count)]


def write_words(memory, address, values):
    for index, value in enumerate(values):
        memory.store_u32(U32(address + 4 * index), value)


def hash_by_delegation(data):
    memory = Memory()
    write_words(memory, STATE_AT, [IV[0] ^ 0x01010020, *IV[1:]])
    blocks = [data[i : i + 64] for i in range(0, len(data), 64)] or [b""]
    for index, block in enumerate(blocks):
        last = index == len(blocks) - 1
        count = len(data) if last else 64 * (index + 1)
        v = STATE_AT + 32
        write_words(memory, v + 48, [count ^ IV[4]])
        write_words(memory, v + 56, [(0xFFFFFFFF if last else 0) ^ IV[6]])
        write_words(memory, MESSAGE_AT, struct.unpack("<16I", block.ljust(64, b"\0")))
        blake2s_rounds(memory, 0)
    return struct.pack("<8I", *read_words(memory, STATE_AT, 8))


@given(st.binary(max_size=200))
def test_blake2s_in_normal_mode_matches_hashlib(data):
    assert hash_by_delegation(data) == hashlib.blake2s(data).digest()


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_blake2s_in_compression_mode_hashes_two_nodes(node, sibling):
    for control, pair in ((4, node + sibling[:32]), (6, sibling[:32] + node)):
        memory = Memory()
        write_words(memory, STATE_AT, struct.unpack("<8I", node))
        write_words(memory, MESSAGE_AT, struct.unpack("<16I", sibling))

        blake2s_rounds(memory, control)

        digest = struct.pack("<8I", *read_words(memory, STATE_AT, 8))
        assert digest == hashlib.blake2s(pair).digest()


def test_blake2s_right_node_bit_means_nothing_in_normal_mode():
    states = []
    for control in (0, 2):
        memory = Memory()
        write_words(memory, STATE_AT, range(24))
        write_words(memory, MESSAGE_AT, range(100, 116))
        blake2s_rounds(memory, control, rounds=3)
        states.append(read_words(memory, STATE_AT, 24))

    assert states[0] == states[1]


def test_blake2s_keeps_h_until_the_last_round():
    memory = Memory()
    write_words(memory, STATE_AT, range(8))

    delegations.blake2s(memory, registers(STATE_AT, MESSAGE_AT, 1, 0))

    assert read_words(memory, STATE_AT, 8) == list(range(8))
    assert any(read_words(memory, STATE_AT + 32, 16))


def test_blake2s_reads_all_before_it_writes():
    separate, overlapping = Memory(), Memory()
    content = list(range(1, 33))
    for memory in (separate, overlapping):
        write_words(memory, STATE_AT, content)
    write_words(separate, STATE_AT + 256, content[4:20])

    delegations.blake2s(separate, registers(STATE_AT, STATE_AT + 256, 2, 1))
    delegations.blake2s(overlapping, registers(STATE_AT, STATE_AT + 16, 2, 1))

    assert read_words(separate, STATE_AT, 24) == read_words(overlapping, STATE_AT, 24)


@pytest.mark.parametrize(
    "arguments",
    [
        (STATE_AT + 64, MESSAGE_AT, 1, 0),
        (STATE_AT, MESSAGE_AT + 2, 1, 0),
        (STATE_AT, STATE_AT, 1, 0),
        (0x1FFF80, MESSAGE_AT, 1, 0),
        (STATE_AT, 0x1FFFFC, 1, 0),
        (0x40000000, MESSAGE_AT, 1, 0),
        (STATE_AT, 0x3FFFFFC4, 1, 0),
        (STATE_AT, 0xFFFFFFFC, 1, 0),
        (STATE_AT, MESSAGE_AT, 0, 0),
        (STATE_AT, MESSAGE_AT, 3, 0),
        (STATE_AT, MESSAGE_AT, 1 << 10, 0),
        (STATE_AT, MESSAGE_AT, 1 << 31, 0),
    ],
)
def test_blake2s_refuses(arguments):
    memory = Memory()

    assert delegations.blake2s(memory, registers(*arguments)) == BAD_DELEGATION
    assert not any(memory._data)


def call(machine, csr, arguments, rd=ZERO, rs1=ZERO):
    """Run one delegation in a program; memory starts as zeros, b as words of 5."""
    assembler = Assembler()
    assembler.load_constant(T0, B_AT)
    assembler.emit("addi", RA, ZERO, 5)
    assembler.emit("sw", RA, T0, 0)
    for register, argument in zip((A0, A1, A2, A3), arguments, strict=False):
        assembler.load_constant(register, argument)
    assembler.emit("csrrw", rd, csr, rs1)
    assembler.emit("jal", ZERO, 0)
    return machine.run(assembler.code(), None, 100)


def test_u256_instruction_sets_the_flag_and_counts(machine):
    result = call(machine, 0x7CA, (A_AT, B_AT, SUB))

    assert result.reason is Stop.FINISHED
    assert result.registers[A2] == 1
    assert result.delegations == {"blake2s": 0, "u256": 1, "keccak": 0}
    assert result.cycles == 4 + 6 + 2


def test_blake2s_instruction_counts_and_keeps_registers(machine):
    result = call(machine, 0x7C7, (STATE_AT, B_AT, 1, 0))

    assert result.reason is Stop.FINISHED
    assert result.registers[A0 : A3 + 1] == (STATE_AT, B_AT, 1, 0)
    assert result.delegations == {"blake2s": 1, "u256": 0, "keccak": 0}


@pytest.mark.parametrize("csr", [0x7C7, 0x7CA])
def test_destination_of_a_delegation_gets_zero(machine, csr):
    result = call(machine, csr, (STATE_AT, B_AT, 1, 0), rd=RA)

    assert (result.reason, result.registers[RA]) == (Stop.FINISHED, 0)


@pytest.mark.parametrize("csr", [0x7C7, 0x7CA, 0x7CB])
def test_source_of_a_delegation_must_be_zero(machine, csr):
    result = call(machine, csr, (STATE_AT, B_AT, 1, 0), rs1=RA)

    assert result.reason is Stop.BAD_DELEGATION
    assert sum(result.delegations.values()) == 0


@pytest.mark.parametrize("csr", [0x7C7, 0x7CA, 0x7CB])
def test_bad_arguments_stop_the_machine(machine, csr):
    result = call(machine, csr, (STATE_AT, STATE_AT, 1, 0))

    assert result.reason is Stop.BAD_DELEGATION
    assert result.instruction == result.instruction & 0xFFF00000 | 0x1073
