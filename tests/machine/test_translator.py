"""Translated code beside the interpreter, where the two work together."""

import pytest

from tests.machine.conftest import Tape, compiled
from zkos.compiler.assembler import A0, A1, A2, RA, T0, T1, ZERO, Assembler
from zkos.machine.execution import Stop
from zkos.machine.machine import Machine
from zkos.machine.translator.discovery import LONGEST_REGION, WORD
from zkos.machine.translator.engine import TranslatedEngine
from zkos.machine.translator.translation import is_translated, translate_image

pytestmark = pytest.mark.native
LIMIT = 1 << 30
RAM = 0x00300000


@pytest.fixture(scope="module")
def engine():
    return TranslatedEngine(every=True, compile_text=compiled)


@pytest.fixture(scope="module")
def pair(engine):
    return Machine(engine), Machine("native")


def same(pair, image, words=(), limit=LIMIT, **options):
    """The result of both machines, which must be one."""
    tapes = Tape(*words), Tape(*words)
    one, two = (
        machine.run(image, tape, limit, **options)
        for machine, tape in zip(pair, tapes, strict=True)
    )
    assert tapes[0].sent == tapes[1].sent
    names = ("reason", "registers", "pc", "cycles", "delegations")
    for name in (*names, "words_read", "words_written"):
        assert getattr(one, name) == getattr(two, name), name
    return one


def counting(rounds):
    """Counts down from a number, then stops."""
    code = Assembler()
    code.load_constant(A0, rounds)
    code.label("again")
    code.emit("addi", A1, A1, 3)
    code.emit("addi", A0, A0, -1)
    code.emit("bne", A0, ZERO, "again")
    code.emit("jal", ZERO, 0)
    return code.code()


@pytest.mark.parametrize("less", [0, 1, 2, 3, 4, 5000, 59_998])
def test_limit_of_cycles_is_met_exactly(pair, less):
    image = counting(20_000)
    whole = same(pair, image)
    assert whole.reason is Stop.FINISHED
    done = same(pair, image, limit=whole.cycles - less)
    assert done.cycles == whole.cycles - less
    assert done.reason is (Stop.CYCLE_LIMIT if less else Stop.FINISHED)


def test_all_but_the_last_jump_runs_translated(engine, pair):
    before = engine.translated_cycles
    done = same(pair, counting(100), limit=400)
    assert done.reason is Stop.FINISHED
    assert engine.translated_cycles - before == done.cycles - 1


def test_code_that_nothing_points_to_is_interpreted(pair):
    """Jumps through a computed address, which no instruction or table shows."""
    code = Assembler()
    code.load_constant(T0, 7)
    code.emit("slli", T0, T0, 2)
    code.emit("addi", T0, T0, 12)
    code.emit("jalr", ZERO, T0, 0)
    while code.here < 40:
        code.emit("addi", A1, A1, 1)
    code.load_constant(A0, 77)
    code.emit("jal", ZERO, 0)
    done = same(pair, code.code())
    assert (done.registers[A0], done.registers[A1]) == (77, 0)


def test_code_that_changes_itself_runs_as_it_is_now(pair):
    """The loop's third round adds another number than the first two."""
    code = Assembler()
    code.load_constant(A2, 3)
    code.emit("jal", ZERO, "start")
    code.label("patch")
    code.emit("addi", A0, A0, 100)
    code.label("start")
    code.label("again")
    code.label("site")
    code.emit("addi", A0, A0, 1)
    code.emit("addi", A2, A2, -1)
    code.emit("addi", T1, ZERO, 1)
    code.emit("bne", A2, T1, "on")
    code.emit("lw", T0, ZERO, code.labels["patch"])
    code.emit("sw", T0, ZERO, code.labels["site"])
    code.label("on")
    code.emit("bne", A2, ZERO, "again")
    code.emit("jal", ZERO, 0)
    image = code.code()
    assert same(pair, image).registers[A0] == 102
    assert same(pair, image).registers[A0] == 102, "the ROM is as it was"


def test_prover_refuses_what_it_refuses(pair):
    code = Assembler()
    code.emit("addi", A0, ZERO, 9)
    code.emit("div", A0, A0, A0)
    code.emit("jal", ZERO, 0)
    image = code.code()
    assert same(pair, image).reason is Stop.FINISHED
    assert same(pair, image, prover=True).reason is Stop.REFUSED_INSTRUCTION


def test_memory_is_zero_again_in_the_next_run(pair):
    code = Assembler()
    code.load_constant(T0, RAM)
    code.emit("lw", A0, T0, 0)
    code.emit("addi", T1, A0, 5)
    code.emit("sw", T1, T0, 0)
    code.emit("jal", ZERO, 0)
    image = code.code()
    for _ in range(3):
        assert same(pair, image).registers[A0] == 0


def test_words_come_and_go_and_end(pair):
    code = Assembler()
    code.label("again")
    code.emit("csrrw", A0, 0x7C0, ZERO)
    code.emit("csrrw", ZERO, 0x7C0, A0)
    code.emit("add", A1, A1, A0)
    code.emit("bne", A0, ZERO, "again")
    code.emit("jal", ZERO, 0)
    image = code.code()
    assert same(pair, image, (5, 6, 0)).registers[A1] == 11
    assert same(pair, image, (5, 6)).reason is Stop.HOST_ERROR


def test_calls_far_and_near_return(pair):
    """More code than one region or one module of LLVM takes."""
    code = Assembler()
    code.load_constant(A2, 50)
    code.label("again")
    code.call(code.here + 4 * (LONGEST_REGION + 7))
    code.emit("addi", A2, A2, -1)
    code.emit("bne", A2, ZERO, "again")
    code.emit("jal", ZERO, 0)
    while code.here < 4 * (LONGEST_REGION + 60):
        code.emit("addi", A0, A0, 1)
    code.emit("jalr", ZERO, RA, 0)
    done = same(pair, code.code())
    assert done.reason is Stop.FINISHED
    assert done.registers[A0] > 0


def test_image_of_other_data_uses_the_translation_and_of_other_code_does_not():
    code = Assembler()
    code.emit("lw", A0, ZERO, 12)
    code.emit("lw", A1, ZERO, 16)
    code.emit("jal", ZERO, 0)
    image = code.code() + bytes(8)
    engine = TranslatedEngine(compile_text=compiled)
    engine.prepare(image)
    other_data = image[:-4] + (9).to_bytes(4, "little")
    other_code = (0x13).to_bytes(4, "little") + image[4:]
    assert engine.knows(image)
    assert engine.knows(other_data)
    assert not engine.knows(other_code)
    assert Machine(engine).run(other_data, None, LIMIT).registers[A1] == 9


def test_translation_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("ZKOS_CACHE", str(tmp_path))
    image = counting(3)
    library = TranslatedEngine().library
    assert not is_translated(image)
    translate_image(image, library)
    assert is_translated(image)
    files = sorted(tmp_path.iterdir())
    again = translate_image(image, library)
    assert sorted(tmp_path.iterdir()) == files
    assert again.fits(image)
    assert len(again.table) == len(image) // WORD
