"""Random programs on our machine and on unicorn: registers and memory must agree."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zkos.compiler.assembler import ENCODINGS, ZERO, Assembler, encode
from zkos.machine.execution import Stop

unicorn = pytest.importorskip("unicorn")
riscv = pytest.importorskip("unicorn.riscv_const")

RAM = 0x00300000
RAM_BYTES = 0x1000
BASE = 31
"""The register that keeps pointing into RAM."""
CODE_BYTES = 0x10000

register = st.integers(0, 31)
destination = st.integers(0, BASE - 1)
immediate = st.integers(-2048, 2047)
value = st.one_of(
    st.sampled_from([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]),
    st.integers(0, 0xFFFFFFFF),
)


def named(layout):
    return st.sampled_from(
        [name for name, encoding in ENCODINGS.items() if encoding.layout == layout]
    )


def access(name, first, slot):
    size = {"b": 1, "h": 2, "w": 4}[name[1]]
    return name, first, BASE, slot * size


loads = st.builds(
    access,
    st.sampled_from(["lb", "lh", "lw", "lbu", "lhu"]),
    destination,
    st.integers(-512, 511),
)
stores = st.builds(
    access, st.sampled_from(["sb", "sh", "sw"]), register, st.integers(-512, 511)
)
instruction = st.one_of(
    st.tuples(named("R"), destination, register, register),
    st.tuples(named("R"), destination, register, register),
    st.tuples(named("I"), destination, register, immediate),
    st.tuples(named("shift"), destination, register, st.integers(0, 31)),
    st.tuples(st.sampled_from(["lui", "auipc"]), destination, st.integers(0, 0xFFFFF)),
    loads,
    stores,
    # Jumps go forward by one to four instructions, so every program ends.
    st.tuples(named("B"), register, register, st.integers(1, 4).map(lambda n: 4 * n)),
    st.tuples(st.just("jal"), destination, st.integers(1, 4).map(lambda n: 4 * n)),
)


def build(initial, instructions):
    """The program, and the address at which it ends."""
    assembler = Assembler()
    for number, content in enumerate(initial, 1):
        assembler.load_constant(number, content)
    assembler.load_constant(BASE, RAM + RAM_BYTES // 2)
    for line in instructions:
        assembler.emit(*line)
    for _ in range(4):
        assembler.emit("addi", ZERO, ZERO, 0)
    end = assembler.here
    assembler.emit("jal", ZERO, 0)
    return assembler.code(), end


def run_unicorn(image, end):
    """Registers, RAM content, and number of instructions up to `end`."""
    emulator = unicorn.Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32)
    emulator.mem_map(0, CODE_BYTES)
    emulator.mem_map(RAM, RAM_BYTES)
    emulator.mem_write(0, image)
    count = 0

    def step(*_):
        nonlocal count
        count += 1

    emulator.hook_add(unicorn.UC_HOOK_CODE, step)
    emulator.emu_start(0, end)
    numbers = [riscv.UC_RISCV_REG_X0 + index for index in range(32)]
    registers = tuple(emulator.reg_read(number) for number in numbers)
    return registers, bytes(emulator.mem_read(RAM, RAM_BYTES)), count


def compare(machine, image, end):
    registers, memory, count = run_unicorn(image, end)

    execution = machine.load(image, None)
    result = execution.proceed(10_000)

    assert result.reason is Stop.FINISHED, result.describe()
    assert result.registers == registers
    assert execution.buffers.memory[RAM : RAM + RAM_BYTES] == memory
    assert result.cycles == count + 1
    assert result.pc == end


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(value, min_size=30, max_size=30),
    st.lists(instruction, min_size=1, max_size=60),
)
def test_random_programs_agree(machine, initial, instructions):
    compare(machine, *build(initial, instructions))


@given(name=named("R"), x=value, y=value)
def test_single_register_instructions_agree(machine, name, x, y):
    compare(machine, *build([x, y], [(name, 3, 1, 2)]))


@given(word=st.integers(0, 0xFFFFFFFF))
def test_random_words_are_decoded_alike(machine, word):
    """Words that are no jump, access or system instruction: both take or refuse."""
    word = word & ~0x7F | (0x33 if word & 1 else 0x13)
    mask = word & ~(0x1F << 7) | 3 << 7  # rd is x3
    image = mask.to_bytes(4, "little") + encode("jal", ZERO, 0).to_bytes(4, "little")

    result = machine.run(image, None, 10)

    try:
        registers, _, _ = run_unicorn(image, 4)
    except unicorn.UcError:
        assert result.reason is Stop.ILLEGAL_INSTRUCTION
    else:
        assert result.registers == registers
