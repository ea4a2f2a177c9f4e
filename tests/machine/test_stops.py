"""How runs end: normally, by a fault of the program, by a limit, by the host."""

import pytest

from zkos.compiler.assembler import A0, A1, A2, RA, T0, T1, ZERO, Assembler, encode
from zkos.machine.execution import Stop
from zkos.machine.image import ImageError, check_image, read_image

RAM = 0x00300000
SELF_JUMP = encode("jal", ZERO, 0)


def program(*instructions):
    """Instructions as tuples for `emit`, words as int."""
    assembler = Assembler()
    for instruction in instructions:
        if isinstance(instruction, int):
            assembler.word(instruction)
        elif instruction[0] == "li":
            assembler.load_constant(*instruction[1:])
        else:
            assembler.emit(*instruction)
    return assembler.code()


def stop(machine, *instructions, channel=None, limit=1000, prover=False):
    return machine.run(program(*instructions), channel, limit, prover=prover)


@pytest.mark.parametrize(
    "last",
    [
        ("jal", ZERO, 0),
        ("beq", ZERO, ZERO, 0),
        ("bge", ZERO, ZERO, 0),
        ("bgeu", A0, A0, 0),
        ("jalr", ZERO, ZERO, 8),
    ],
)
def test_a_jump_to_itself_finishes_and_counts(machine, last):
    result = stop(machine, ("addi", A0, ZERO, 7), ("addi", A1, ZERO, 8), last)

    assert result.reason is Stop.FINISHED
    assert (result.pc, result.cycles) == (8, 3)
    assert result.output == (7, 8, 0, 0, 0, 0, 0, 0)
    assert result.public_input == b"\7\0\0\0\x08" + bytes(27)


def test_linking_jump_to_itself_still_links(machine):
    result = stop(machine, ("jal", RA, 0))

    assert result.reason is Stop.FINISHED
    assert result.registers[RA] == 4


@pytest.mark.parametrize("name", ["bne", "blt", "bltu"])
def test_branch_to_itself_that_is_not_taken_goes_on(machine, name):
    result = stop(machine, (name, A0, A0, 0), ("addi", A0, ZERO, 1), SELF_JUMP)

    assert result.reason is Stop.FINISHED
    assert (result.registers[A0], result.cycles) == (1, 3)


@pytest.mark.parametrize(
    "word",
    [
        0x00000000,
        0xFFFFFFFF,
        0x0000000F,  # FENCE
        0x00000073,  # ECALL
        0x00100073,  # EBREAK
        0x30200073,  # MRET
        0x10500073,  # WFI
        0xC0101073,  # CSRRW 0xc01
        0x7C002573,  # CSRRS a0, 0x7c0, x0
        0x7C003573,  # CSRRC
        0x7C005573,  # CSRRWI
        0x34001073,  # CSRRW mscratch
        0x00001067,  # JALR with funct3 1
        0x00002063,  # branch with funct3 2
        0x00003063,  # branch with funct3 3
        0x00003003,  # LD
        0x00006003,  # LWU
        0x00003023,  # SD
        0x02001013,  # SLLI with funct7 1
        0x40001013,  # SLLI with funct7 0x20
        0x60005013,  # RORI
        0x40001033,  # SLL with funct7 0x20
        0x60001033,  # ROL
        0x04000033,  # ADD with funct7 2
        0x0000002F,  # AMO
        0x00000001,  # compressed
    ],
)
def test_everything_else_is_illegal(machine, word):
    result = stop(machine, ("addi", A0, ZERO, 1), word)

    assert result.reason is Stop.ILLEGAL_INSTRUCTION
    assert (result.pc, result.cycles, result.instruction) == (4, 1, word)
    assert "illegal instruction after 1 cycles, pc 0x00000004: " in result.describe()


@pytest.mark.parametrize(
    ("name", "offset", "reason"),
    [
        ("lh", 1, Stop.MISALIGNED),
        ("lhu", 3, Stop.MISALIGNED),
        ("lw", 1, Stop.MISALIGNED),
        ("lw", 2, Stop.MISALIGNED),
        ("sh", 1, Stop.MISALIGNED),
        ("sw", 2, Stop.MISALIGNED),
        ("sw", 3, Stop.MISALIGNED),
    ],
)
def test_misaligned_access_stops(machine, name, offset, reason):
    result = stop(machine, ("li", T1, RAM), (name, A0, T1, offset), SELF_JUMP)

    assert result.reason is reason
    assert (result.pc, result.cycles) == (8, 2)


@pytest.mark.parametrize("name", ["lb", "lbu", "lh", "lhu", "lw", "sb", "sh", "sw"])
@pytest.mark.parametrize("address", [0x40000000, 0x80000000, 0xFFFFFFFC])
def test_access_beyond_memory_stops(machine, name, address):
    result = stop(
        machine, ("li", T1, address), ("li", A0, 5), (name, A0, T1, 0), SELF_JUMP
    )

    assert result.reason is Stop.BAD_ACCESS
    assert (result.pc, result.registers[A0]) == (16, 5)


@pytest.mark.parametrize("name", ["lb", "lbu", "lh", "lhu", "lw", "sb", "sh", "sw"])
def test_access_to_the_last_word_is_fine(machine, name):
    size = {"b": 1, "h": 2, "w": 4}[name[1]]

    result = stop(machine, ("li", T1, 0x40000000), (name, A0, T1, -size), SELF_JUMP)

    assert result.reason is Stop.FINISHED


def test_faulting_load_to_x0_stops(machine):
    result = stop(machine, ("lui", T1, 0x40000), ("lw", ZERO, T1, 0), SELF_JUMP)

    assert result.reason is Stop.BAD_ACCESS


@pytest.mark.parametrize(
    "jump",
    [("jal", RA, 6), ("beq", A0, A0, 6), ("bgeu", A0, A0, -2), ("jalr", RA, ZERO, 14)],
)
def test_jump_off_alignment_stops_and_writes_nothing(machine, jump):
    result = stop(machine, ("addi", A1, ZERO, 1), jump, SELF_JUMP, SELF_JUMP)

    assert result.reason is Stop.MISALIGNED
    assert (result.pc, result.cycles, result.registers[RA]) == (4, 1, 0)


def test_misaligned_branch_that_is_not_taken_goes_on(machine):
    result = stop(machine, ("bne", A0, A0, 6), SELF_JUMP)

    assert result.reason is Stop.FINISHED


def test_fetch_beyond_memory_stops_at_the_target(machine):
    result = stop(machine, ("lui", T1, 0x40000), ("jalr", RA, T1, 0))

    assert result.reason is Stop.BAD_ACCESS
    assert (result.pc, result.cycles, result.instruction) == (0x40000000, 2, 0)


def test_running_off_the_image_meets_zeros(machine):
    result = stop(machine, ("addi", A0, ZERO, 1))

    assert result.reason is Stop.ILLEGAL_INSTRUCTION
    assert result.pc == 4


def test_code_in_ram_runs(machine):
    result = stop(
        machine,
        ("li", T1, RAM),
        ("li", T0, encode("addi", A0, ZERO, 9)),
        ("sw", T0, T1, 0),
        ("li", T0, SELF_JUMP),
        ("sw", T0, T1, 4),
        ("jalr", ZERO, T1, 0),
    )

    assert result.reason is Stop.FINISHED
    assert (result.pc, result.registers[A0]) == (RAM + 4, 9)


@pytest.mark.parametrize(("name", "offset"), [("sw", 0), ("sh", 2), ("sb", 3)])
def test_changed_rom_is_executed_as_changed(machine, name, offset):
    new = encode("addi", A0, A0, 0x7FF)
    assembler = Assembler()
    assembler.load_constant(T0, new >> 8 * offset)
    assembler.emit("addi", T1, ZERO, 2)
    assembler.label("loop")
    assembler.emit("addi", A0, A0, 0x00F)  # replaced after the first time
    assembler.emit(name, T0, ZERO, 12 + offset)
    assembler.emit("addi", T1, T1, -1)
    assembler.emit("bne", T1, ZERO, "loop")
    assembler.emit("jal", ZERO, 0)
    old = int.from_bytes(assembler.code()[12:16], "little")
    size = {"sb": 8, "sh": 16, "sw": 32}[name]
    mask = ((1 << size) - 1) << 8 * offset
    expected = (new & mask) | (old & ~mask)

    result = machine.run(assembler.code(), None, 100)

    assert result.reason is Stop.FINISHED
    assert result.registers[A0] == 0x00F + (expected >> 20)


def test_prover_refuses_to_write_rom(machine):
    store = (("li", T1, 0x200000), ("sb", A0, T1, -1), SELF_JUMP)

    assert stop(machine, *store).reason is Stop.FINISHED
    assert stop(machine, *store, prover=True).reason is Stop.ROM_WRITE


@pytest.mark.parametrize("name", ["mulh", "mulhsu", "div", "rem"])
def test_prover_refuses_signed_instructions(machine, name):
    result = stop(machine, (name, A0, A1, A2), SELF_JUMP, prover=True)

    assert result.reason is Stop.REFUSED_INSTRUCTION
    assert (result.pc, result.cycles) == (0, 0)


@pytest.mark.parametrize("name", ["mul", "mulhu", "divu", "remu"])
def test_prover_has_the_unsigned_ones(machine, name):
    assert stop(machine, (name, A0, A1, A2), SELF_JUMP, prover=True).cycles == 2


def test_abort_csr_stops_without_output(machine):
    result = stop(machine, ("addi", A0, ZERO, 3), ("csrrw", ZERO, 0xC00, ZERO))

    assert result.reason is Stop.ABORTED
    assert (result.pc, result.cycles, result.registers[A0]) == (4, 1, 3)


def test_cycle_limit_stops_before_the_next_instruction(machine):
    endless = (("addi", A0, A0, 1), ("jal", ZERO, -4))

    result = stop(machine, *endless, limit=7)

    assert result.reason is Stop.CYCLE_LIMIT
    assert (result.cycles, result.registers[A0], result.pc) == (7, 4, 4)


def test_limit_of_the_exact_length_is_enough(machine):
    short = (("addi", A0, A0, 1), SELF_JUMP)

    assert stop(machine, *short, limit=2).reason is Stop.FINISHED
    assert stop(machine, *short, limit=1).reason is Stop.CYCLE_LIMIT


def test_a_run_in_pieces_equals_a_run_in_one(machine, tape):
    image = program(
        ("li", T0, 5),
        ("csrrw", A0, 0x7C0, ZERO),
        ("add", A1, A1, A0),
        ("addi", T0, T0, -1),
        ("bne", T0, ZERO, -12),
        SELF_JUMP,
    )
    whole = machine.run(image, tape(1, 2, 3, 4, 5), 100)

    execution = machine.load(image, tape(1, 2, 3, 4, 5))
    steps = [execution.proceed(limit) for limit in range(1, whole.cycles + 1)]

    assert steps[-1] == whole
    assert whole.registers[A1] == 15
    assert all(step.reason is Stop.CYCLE_LIMIT for step in steps[:-1])
    assert [step.cycles for step in steps] == list(range(1, whole.cycles + 1))


def test_oracle_reads_and_writes_by_register_number(machine, tape):
    channel = tape(11, 22)

    result = stop(
        machine,
        ("csrrw", A0, 0x7C0, ZERO),  # read
        ("csrrw", ZERO, 0x7C0, A0),  # write
        ("csrrw", ZERO, 0x7C0, ZERO),  # neither
        ("csrrw", ZERO, 0x7C0, A1),  # write of 0 in another register
        ("csrrw", A0, 0x7C0, A0),  # read, then write of the old value
        SELF_JUMP,
        channel=channel,
    )

    assert result.reason is Stop.FINISHED
    assert (result.registers[A0], channel.sent) == (22, [11, 0, 11])
    assert (result.words_read, result.words_written) == (2, 3)


def test_marker_csr_reads_zero_and_does_nothing(machine):
    result = stop(machine, ("addi", A0, ZERO, 5), ("csrrw", A0, 0x7FF, A0), SELF_JUMP)

    assert (result.reason, result.registers[A0]) == (Stop.FINISHED, 0)


def test_exception_of_the_host_stops_the_machine(machine, tape):
    result = stop(
        machine,
        ("csrrw", A0, 0x7C0, ZERO),
        ("csrrw", A1, 0x7C0, ZERO),
        SELF_JUMP,
        channel=tape(1),
    )

    assert result.reason is Stop.HOST_ERROR
    assert isinstance(result.error, EOFError)
    assert (result.pc, result.cycles, result.words_read) == (4, 1, 1)
    assert result.registers[A1] == 0


def test_host_must_send_words(machine, tape):
    result = stop(machine, ("csrrw", A0, 0x7C0, ZERO), channel=tape(1 << 32))

    assert result.reason is Stop.HOST_ERROR
    assert isinstance(result.error, ValueError)


def test_interrupt_passes_through_the_machine(machine):
    class Interrupted:
        def write(self, word):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop(machine, ("csrrw", ZERO, 0x7C0, A0), channel=Interrupted())


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (b"", "x.bin: empty"),
        (bytes(6), "x.bin: 6 bytes, not a whole number"),
        (bytes((2 << 20) + 4), "x.bin: 2097156 bytes, the ROM has 2097152"),
    ],
)
def test_bad_image_is_refused_in_one_line(image, text):
    with pytest.raises(ImageError, match=text) as raised:
        check_image(image, "x.bin")
    assert "\n" not in str(raised.value)


def test_image_of_the_full_rom_is_accepted(machine):
    words = [0] * (1 << 19)
    half = len(words) // 2 - 1
    words[0] = words[half] = encode("jal", ZERO, 4 * half)
    words[-2:] = encode("addi", A0, A0, 1), encode("jal", ZERO, -4)

    result = machine.run(b"".join(w.to_bytes(4, "little") for w in words), None, 10)

    assert result.reason is Stop.CYCLE_LIMIT
    assert (result.pc, result.registers[A0]) == (4 * len(words) - 8, 4)


def test_missing_image_file_is_an_image_error(tmp_path):
    with pytest.raises(ImageError, match="No such file"):
        read_image(tmp_path / "missing.bin")
    (tmp_path / "good.bin").write_bytes(bytes(8))
    assert read_image(tmp_path / "good.bin") == bytes(8)
