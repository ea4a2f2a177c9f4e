"""Relaxation: what it removes, what it keeps, and that programs do the same."""

import pytest

from tests.compiler.test_link import (
    EVERYTHING,
    FINISHING,
    Tape,
    body,
    compile_ir,
    run,
    words_of,
)
from zkos.compiler.assembler import A0, A1, A2, RA, SP, ZERO, Assembler, encode
from zkos.compiler.code_flow import Code, remove_needless
from zkos.compiler.link import LinkedImage, link
from zkos.compiler.markers import CSR_U256

pytestmark = pytest.mark.riscv

DELEGATE = ("csrrw", ZERO, CSR_U256, ZERO)
RETURN = ("jalr", ZERO, RA, 0)


def kept(*instructions):
    """Numbers of the instructions that stay."""
    assembler = Assembler()
    for instruction in instructions:
        if isinstance(instruction, str):
            assembler.label(instruction)
        else:
            assembler.emit(*instruction)
    data = assembler.code()
    words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]
    code = Code(list(words))
    lines = [item for item in instructions if not isinstance(item, str)]
    for index, instruction in enumerate(lines):
        label = instruction[-1]
        if isinstance(label, str):
            code.targets[index] = assembler.labels[label] // 4
    remove_needless(code)
    return code.words, [i for i, word in enumerate(code.words) if word is not None]


def test_the_same_program_is_shorter():
    plain, short = (
        link(compile_ir(EVERYTHING)),
        link(compile_ir(EVERYTHING), relaxed=True),
    )

    assert run(short).output == run(plain).output
    assert run(short).cycles < run(plain).cycles
    assert len(short.image) == len(plain.image) - 4 * len(short.removed)
    assert words_of(short, "handlers", 1) == [short.symbols["double"]]
    assert [name for _, _, name in short.functions] == [
        name for _, _, name in plain.functions
    ]
    for start, size, name in short.functions:
        assert short.function_at(start + size - 4) == name
        assert short.moved(plain.symbols[name]) == start


def test_oracle_markers_take_one_instruction():
    text = body(
        """%x = call i32 @__csr_read()
        %y = call i32 @__csr_read()
        %s = add i32 %x, %y
        call void @__csr_write(i32 %s)"""
    )
    plain, short = link(compile_ir(text)), link(compile_ir(text), relaxed=True)

    channel = Tape(5, 7)
    run(short, channel)

    assert channel.sent == [12]
    assert run(plain, Tape(5, 7)).cycles - run(short, Tape(5, 7)).cycles >= 3


def test_tail_calls_of_markers_return():
    text = (
        FINISHING
        + """
    define i32 @receive() noinline nounwind {
      %x = tail call i32 @__csr_read()
      ret i32 %x
    }
    define void @main() nounwind {
      %x = call i32 @receive()
      store i32 %x, ptr @out
      call void @__finish(ptr @out)
      unreachable
    }"""
    )
    linked = link(compile_ir(text), relaxed=True)

    assert words_of(linked, "receive", 2) == [0x7C001573, 0x00008067]
    assert run(linked, Tape(99)).output[0] == 99


def test_a_linked_image_survives_the_cache():
    linked = link(compile_ir(EVERYTHING), {"options": (1, 2)}, relaxed=True)

    assert LinkedImage.from_bytes(linked.to_bytes()) == linked


def test_a_pointer_set_again_is_set_once():
    _, left = kept(
        ("addi", A0, SP, 32),
        ("addi", A1, SP, 64),
        ("addi", A2, ZERO, 8),
        DELEGATE,
        ("addi", A2, ZERO, 8),  # the mask that the marker restores
        ("addi", A0, SP, 32),
        ("addi", A1, SP, 96),
        ("addi", A2, ZERO, 16),
        DELEGATE,
        RETURN,
    )

    assert left == [0, 1, 2, 3, 6, 7, 8, 9]


def test_a_pointer_is_set_again_when_its_base_moved():
    _, left = kept(
        ("addi", A0, SP, 32),
        ("addi", A1, SP, 64),
        ("addi", A2, ZERO, 8),
        DELEGATE,
        ("addi", SP, SP, 16),
        ("addi", A0, SP, 32),
        ("addi", A2, ZERO, 8),
        DELEGATE,
        RETURN,
    )

    assert left == list(range(9))


@pytest.mark.parametrize("other", [32, 40])
def test_where_ways_meet_only_what_both_agree_on_is_known(other):
    _, left = kept(
        ("addi", A1, SP, 64),
        ("beq", ZERO, RA, "else"),
        ("addi", A0, SP, 32),
        ("jal", ZERO, "end"),
        "else",
        ("addi", A0, SP, other),
        "end",
        ("addi", A0, SP, 32),
        ("addi", A2, ZERO, 8),
        DELEGATE,
        RETURN,
    )

    assert (5 in left) == (other != 32)


def test_a_call_forgets_what_registers_hold():
    words, left = kept(
        ("addi", A0, SP, 32),
        ("jal", RA, "callee"),
        ("addi", A0, SP, 32),
        ("jalr", ZERO, RA, 0),
        "callee",
        ("addi", A0, A0, 1),
        RETURN,
    )

    assert left == list(range(len(words)))


def test_a_flag_is_branched_on_where_it_is():
    words, left = kept(
        ("addi", A0, SP, 32),
        ("addi", A1, SP, 64),
        ("addi", A2, ZERO, 2),
        DELEGATE,
        ("addi", A0, A2, 0),
        ("beq", A0, ZERO, "end"),
        ("addi", A0, SP, 32),
        ("addi", A2, ZERO, 1),
        DELEGATE,
        "end",
        ("addi", A0, SP, 0),
        RETURN,
    )

    assert left == [0, 1, 2, 3, 5, 7, 8, 9, 10]
    assert words[5] >> 15 & 31 == A2


def test_a_flag_that_is_used_later_stays():
    words, left = kept(
        ("addi", A2, ZERO, 2),
        DELEGATE,
        ("addi", A0, A2, 0),
        ("beq", A0, ZERO, "end"),
        ("addi", A1, ZERO, 1),
        "end",
        RETURN,
    )

    assert left == list(range(len(words)))


def test_instructions_the_linker_fills_in_stay():
    words = [encode("addi", A0, ZERO, 0), encode("addi", A0, ZERO, 0)]
    code = Code([*words, encode(*RETURN)], fixed={0, 1})

    remove_needless(code)

    assert code.words[:2] == words
