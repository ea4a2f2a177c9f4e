"""Encodings against words known from elsewhere, and reading them back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkos.compiler.assembler import (
    ENCODINGS,
    Assembler,
    EncodingError,
    encode,
    lower_12,
    upper_20,
)
from zkos.machine.disassembler import disassemble

# As printed by LLVM's assembler.
KNOWN_WORDS = [
    (("lui", 10, 0x12345), 0x12345537),
    (("auipc", 1, 0xFFFFF), 0xFFFFF097),
    (("jal", 1, -4), 0xFFDFF0EF),
    (("jal", 0, 0x7FE), 0x7FE0006F),
    (("jal", 0, -0x100000), 0x8000006F),
    (("jalr", 0, 1, 0), 0x00008067),
    (("beq", 10, 11, 16), 0x00B50863),
    (("bne", 5, 6, -8), 0xFE629CE3),
    (("bgeu", 31, 1, -4096), 0x801FF063),
    (("lw", 10, 2, -4), 0xFFC12503),
    (("lbu", 15, 8, 2047), 0x7FF44783),
    (("sw", 10, 2, -4), 0xFEA12E23),
    (("sb", 1, 8, 5), 0x001402A3),
    (("addi", 2, 2, -16), 0xFF010113),
    (("andi", 3, 4, 255), 0x0FF27193),
    (("slli", 5, 6, 31), 0x01F31293),
    (("srai", 5, 6, 3), 0x40335293),
    (("add", 1, 2, 3), 0x003100B3),
    (("sub", 1, 2, 3), 0x403100B3),
    (("sra", 4, 5, 6), 0x4062D233),
    (("mul", 10, 11, 12), 0x02C58533),
    (("remu", 10, 11, 12), 0x02C5F533),
    (("csrrw", 10, 0x7C0, 0), 0x7C001573),
    (("csrrw", 0, 0xC00, 0), 0xC0001073),
]


@pytest.mark.parametrize(("line", "word"), KNOWN_WORDS)
def test_instruction_has_its_word(line, word):
    assert encode(*line) == word


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (("lw", 10, 2, -4), "lw a0, -4(sp)"),
        (("sw", 10, 2, 8), "sw a0, 8(sp)"),
        (("beq", 10, 11, -16), "beq a0, a1, 0x80000ff0"),
        (("jal", 1, 0x1000), "jal ra, 0x80002000"),
        (("jalr", 0, 1, 0), "jalr zero, 0(ra)"),
        (("lui", 10, 0x12345), "lui a0, 0x12345"),
        (("srai", 5, 6, 3), "srai t0, t1, 3"),
        (("sub", 8, 9, 18), "sub s0, s1, s2"),
        (("remu", 28, 31, 27), "remu t3, t6, s11"),
        (("csrrw", 0, 0x7CA, 0), "csrrw zero, u256, zero"),
        (("csrrw", 0, 0x300, 5), "csrrw zero, 0x300, t0"),
    ],
)
def test_instruction_reads_as_text(line, text):
    assert disassemble(encode(*line), 0x80001000) == text


@pytest.mark.parametrize("word", [0, 0xFFFFFFFF, 0x73, 0x40001013, 0x04000033, 0x3003])
def test_other_words_are_data(word):
    assert disassemble(word) == f".word {word:#010x}"


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_name_reads_back(name):
    operands = (3, 4) if ENCODINGS[name].layout in "UJ" else (3, 4, 6)

    assert disassemble(encode(name, *operands)).split()[0] == name


@given(st.integers(0, 0xFFFFFFFF))
def test_upper_and_lower_part_make_the_value(value):
    assert ((upper_20(value) << 12) + lower_12(value)) % (1 << 32) == value
    assert -2048 <= lower_12(value) < 2048
    assert 0 <= upper_20(value) < 1 << 20


@pytest.mark.parametrize(
    "line",
    [
        ("addi", 1, 1, 2048),
        ("addi", 1, 1, -2049),
        ("slli", 1, 1, 32),
        ("lui", 1, 1 << 20),
        ("beq", 1, 1, 4096),
        ("beq", 1, 1, 3),
        ("jal", 1, 1 << 20),
        ("sw", 1, 1, 4000),
        ("csrrw", 1, 4096, 1),
    ],
)
def test_operand_out_of_range_is_an_error(line):
    with pytest.raises(EncodingError):
        encode(*line)


def test_labels_resolve_in_both_directions():
    assembler = Assembler(base=0x100)
    assembler.emit("jal", 0, "end")
    assembler.label("loop")
    assembler.emit("bne", 10, 0, "loop")
    assembler.label("end")
    assembler.emit("jal", 1, "loop")

    words = [encode("jal", 0, 8), encode("bne", 10, 0, 0), encode("jal", 1, -4)]
    assert assembler.code() == b"".join(word.to_bytes(4, "little") for word in words)
    assert assembler.labels == {"loop": 0x104, "end": 0x108}
