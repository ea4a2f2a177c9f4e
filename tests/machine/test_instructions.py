"""Every instruction at the corners of its operands."""

import pytest

from zkos.compiler.assembler import A0, A1, RA, S2, T0, T1, T2, ZERO, Assembler
from zkos.machine.execution import Stop

MIN = 0x80000000
MAX = 0x7FFFFFFF
ONES = 0xFFFFFFFF
RAM = 0x00300000

# Expected values worked out from the unprivileged specification by hand.
REGISTER_CASES = [
    ("add", ONES, 1, 0),
    ("add", MAX, 1, MIN),
    ("sub", 0, 1, ONES),
    ("sub", MIN, 1, MAX),
    ("sll", 1, 31, MIN),
    ("sll", 3, 33, 6),
    ("sll", ONES, 32, ONES),
    ("slt", MIN, MAX, 1),
    ("slt", MAX, MIN, 0),
    ("slt", 5, 5, 0),
    ("sltu", MIN, MAX, 0),
    ("sltu", 0, ONES, 1),
    ("sltu", ONES, ONES, 0),
    ("xor", 0xF0F0F0F0, ONES, 0x0F0F0F0F),
    ("srl", MIN, 31, 1),
    ("srl", ONES, 36, 0x0FFFFFFF),
    ("sra", MIN, 31, ONES),
    ("sra", MAX, 30, 1),
    ("sra", 0xFFFFFF00, 36, 0xFFFFFFF0),
    ("or", 0xF0, 0x0F, 0xFF),
    ("and", 0xF0, 0x3C, 0x30),
    ("mul", 0x10000, 0x10000, 0),
    ("mul", ONES, ONES, 1),
    ("mulh", ONES, ONES, 0),
    ("mulh", MIN, MIN, 0x40000000),
    ("mulh", MIN, 1, ONES),
    ("mulhsu", ONES, ONES, ONES),
    ("mulhsu", MIN, ONES, MIN),
    ("mulhsu", MAX, ONES, 0x7FFFFFFE),
    ("mulhsu", ONES, 0, 0),
    ("mulhu", ONES, ONES, 0xFFFFFFFE),
    ("mulhu", MIN, 2, 1),
    ("div", 7, 0xFFFFFFFD, 0xFFFFFFFE),
    ("div", 0xFFFFFFF9, 3, 0xFFFFFFFE),
    ("div", 5, 0, ONES),
    ("div", MIN, ONES, MIN),
    ("div", MIN, 1, MIN),
    ("divu", 7, 0, ONES),
    ("divu", MIN, ONES, 0),
    ("divu", ONES, 16, 0x0FFFFFFF),
    ("rem", 7, 0xFFFFFFFD, 1),
    ("rem", 0xFFFFFFF9, 3, ONES),
    ("rem", 0xFFFFFFF9, 0, 0xFFFFFFF9),
    ("rem", MIN, ONES, 0),
    ("rem", 9, ONES, 0),
    ("remu", 7, 0, 7),
    ("remu", MIN, ONES, MIN),
    ("remu", ONES, 16, 15),
]
IMMEDIATE_CASES = [
    ("addi", 5, -6, ONES),
    ("addi", MAX, 1, MIN),
    ("addi", 0, -2048, 0xFFFFF800),
    ("addi", 0, 2047, 2047),
    ("slti", ONES, 0, 1),
    ("slti", 0, -1, 0),
    ("sltiu", 5, -1, 1),
    ("sltiu", ONES, -1, 0),
    ("sltiu", 0, 1, 1),
    ("xori", 0x1234, -1, 0xFFFFEDCB),
    ("ori", 0x800, -2048, 0xFFFFF800),
    ("andi", ONES, -16, 0xFFFFFFF0),
    ("slli", 1, 31, MIN),
    ("slli", 7, 0, 7),
    ("srli", MIN, 31, 1),
    ("srai", MIN, 31, ONES),
    ("srai", MAX, 31, 0),
]
BRANCH_CASES = [
    ("beq", 1, 1, True),
    ("beq", 1, 2, False),
    ("bne", 1, 2, True),
    ("bne", 2, 2, False),
    ("blt", MIN, MAX, True),
    ("blt", MAX, MIN, False),
    ("blt", 3, 3, False),
    ("bge", MAX, MIN, True),
    ("bge", 3, 3, True),
    ("bge", ONES, 0, False),
    ("bltu", MAX, MIN, True),
    ("bltu", MIN, MAX, False),
    ("bltu", 3, 3, False),
    ("bgeu", MIN, MAX, True),
    ("bgeu", 3, 3, True),
    ("bgeu", 0, ONES, False),
]
LOAD_CASES = [
    ("lb", 0, 0xFFFFFF84),
    ("lb", 1, 0x73),
    ("lb", 3, 0xFFFFFFF1),
    ("lbu", 0, 0x84),
    ("lbu", 3, 0xF1),
    ("lh", 0, 0x7384),
    ("lh", 2, 0xFFFFF162),
    ("lhu", 2, 0xF162),
    ("lw", 0, 0xF1627384),
]


def run(machine, assembler, **options):
    assembler.emit("jal", ZERO, 0)
    result = machine.run(assembler.code(), None, 1000, **options)
    assert result.reason is Stop.FINISHED, result.describe()
    return result.registers


@pytest.mark.parametrize(("name", "x", "y", "expected"), REGISTER_CASES)
def test_register_instruction_gives(machine, name, x, y, expected):
    assembler = Assembler()
    assembler.load_constant(T0, x)
    assembler.load_constant(T1, y)
    assembler.emit(name, A0, T0, T1)
    assembler.emit(name, T0, T0, T1)  # the result may replace an operand
    assembler.emit(name, ZERO, T0, T1)

    registers = run(machine, assembler)

    assert registers[A0] == registers[T0] == expected
    assert registers[ZERO] == 0


@pytest.mark.parametrize(("name", "x", "immediate", "expected"), IMMEDIATE_CASES)
def test_immediate_instruction_gives(machine, name, x, immediate, expected):
    assembler = Assembler()
    assembler.load_constant(T0, x)
    assembler.emit(name, A0, T0, immediate)
    assembler.emit(name, ZERO, T0, immediate)

    registers = run(machine, assembler)

    assert registers[A0] == expected
    assert registers[ZERO] == 0


@pytest.mark.parametrize(("name", "x", "y", "taken"), BRANCH_CASES)
def test_branch_goes_where_it_should(machine, name, x, y, taken):
    assembler = Assembler()
    assembler.load_constant(T0, x)
    assembler.load_constant(T1, y)
    assembler.emit("jal", ZERO, "test")
    assembler.label("back")
    assembler.emit("addi", A0, A0, 2)
    assembler.emit("jal", ZERO, "end")
    assembler.label("test")
    assembler.emit(name, T0, T1, "back")
    assembler.emit("addi", A0, A0, 1)
    assembler.label("end")

    assert run(machine, assembler)[A0] == (2 if taken else 1)


@pytest.mark.parametrize(("name", "offset", "expected"), LOAD_CASES)
def test_load_gives(machine, name, offset, expected):
    assembler = Assembler()
    assembler.load_constant(T0, 0xF1627384)
    assembler.load_constant(T1, RAM)
    assembler.emit("sw", T0, T1, 0)
    assembler.emit("addi", T1, T1, 16)
    assembler.emit(name, A0, T1, offset - 16)

    assert run(machine, assembler)[A0] == expected


@pytest.mark.parametrize(
    ("name", "offset", "expected"),
    [
        ("sb", 0, 0x111111EF),
        ("sb", 3, 0xEF111111),
        ("sh", 0, 0x1111BEEF),
        ("sh", 2, 0xBEEF1111),
        ("sw", 0, 0xDEADBEEF),
    ],
)
def test_store_changes_its_bytes_only(machine, name, offset, expected):
    assembler = Assembler()
    assembler.load_constant(T0, 0x11111111)
    assembler.load_constant(T1, RAM)
    assembler.emit("sw", T0, T1, -4)
    assembler.emit("sw", T0, T1, 0)
    assembler.emit("sw", T0, T1, 4)
    assembler.load_constant(T0, 0xDEADBEEF)
    assembler.emit(name, T0, T1, offset)
    for index in range(3):
        assembler.emit("lw", A0 + index, T1, 4 * index - 4)

    registers = run(machine, assembler)

    assert registers[A0 : A0 + 3] == (0x11111111, expected, 0x11111111)


def test_lui_and_auipc_fill_the_upper_bits(machine):
    assembler = Assembler()
    assembler.emit("lui", A0, 0xFFFFF)
    assembler.emit("auipc", A1, 0xFFFFF)
    assembler.emit("auipc", T0, 1)

    registers = run(machine, assembler)

    assert registers[A0] == 0xFFFFF000
    assert registers[A1] == 0xFFFFF004
    assert registers[T0] == 0x1008


def test_jalr_clears_bit_0_and_may_link_to_its_own_base(machine):
    assembler = Assembler()
    assembler.load_constant(RA, 0x15)
    assembler.emit("jalr", RA, RA, 4)  # to 0x18 (0x19 without bit 0)
    assembler.emit("addi", A0, A0, 1)
    assembler.emit("addi", A0, A0, 2)
    assembler.emit("addi", A0, A0, 4)
    assembler.emit("addi", A0, A0, 8)

    registers = run(machine, assembler)

    assert registers[A0] == 8
    assert registers[RA] == 0xC


def test_jal_links(machine):
    assembler = Assembler()
    assembler.emit("jal", RA, "target")
    assembler.emit("addi", A0, A0, 1)
    assembler.label("target")

    registers = run(machine, assembler)

    assert registers[RA] == 4
    assert registers[A0] == 0


def test_x0_is_no_destination_of_loads_and_jumps(machine):
    assembler = Assembler()
    assembler.load_constant(T1, RAM)
    assembler.emit("sw", T1, T1, 0)
    assembler.emit("lw", ZERO, T1, 0)
    assembler.emit("lui", ZERO, 5)
    assembler.emit("jal", ZERO, 4)
    assembler.emit("add", A0, ZERO, ZERO)

    registers = run(machine, assembler)

    assert registers[ZERO] == registers[A0] == 0


def test_registers_and_memory_are_zero_at_reset(machine):
    assembler = Assembler()
    assembler.load_constant(T2, 0x3FFFFFFC)
    assembler.emit("lw", S2, T2, 0)

    registers = run(machine, assembler)

    assert registers == (0,) * T2 + (0x3FFFFFFC,) + (0,) * (31 - T2)
