"""Machine traces and splits of images name lines of the guest's source."""

import json
from pathlib import Path

import pytest

from differential.engines import parse_engines
from differential.runners import riscv
from differential.runners.base import prepare, state_of_case
from tests.cli.support import zkos_here
from zkos.cli.machine_trace import show_word_split
from zkos.compiler.image import build_program
from zkos.compiler.line_build import build_lines
from zkos.compiler.lines import stored_table
from zkos.host.case import load_case
from zkos.host.profile import RunOptions

pytestmark = pytest.mark.riscv
CASE = Path(__file__).resolve().parents[2] / "corpora/create/token.json"
SOURCE = '''"""Tells the host its options."""

from zkos.guest.protocol.options import OPTION_QUIRKS_UPSTREAM
from zkos.guest.protocol.report import MESSAGE
from zkos.guest.system.oracle import ask
from zkos.lang.control import noinline
from zkos.lang.intrinsics import finish, option_word, oracle_write
from zkos.lang.ints import U32, U256, Bytes32


@noinline
def tell(word: U32) -> None:
    oracle_write(word)  # told


@noinline
def tell_upstream(word: U32) -> None:
    oracle_write(word)  # told by upstream


def main() -> None:
    ask(MESSAGE, U32(1))  # asked
    word = option_word(U32(0))
    if (word & OPTION_QUIRKS_UPSTREAM) != U32(0):
        tell_upstream(word)  # upstream
    else:
        tell(word)  # ours
    finish(Bytes32(U256(0)))
'''


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("guest") / "guest_trace.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def program(source, monkeypatch):
    """A small guest instead of the OS."""
    monkeypatch.setenv("ZKOS_CACHE", str(source.parent / "cache"))
    monkeypatch.syspath_prepend(source.parent)
    stored_table.cache_clear()
    made = build_program(["guest_trace"], "guest_trace:main")
    monkeypatch.setattr(riscv, "program", lambda *_, **__: made)
    yield made
    stored_table.cache_clear()


def place(source, mark):
    """The place of the line that ends with this comment."""
    lines = enumerate(SOURCE.splitlines(), 1)
    return next(f"{source}:{n}" for n, text in lines if text.endswith(f"# {mark}"))


def test_each_instruction_names_function_and_line(program, source):
    done = zkos_here("trace", CASE, "--machine", "--around", 0, "--count", 1000)

    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    told = [row for row in rows if place(source, "told") in row and "csrrw" in row]
    (row,) = told
    _, pc, function, line, *instruction = row
    start = program.linked.symbols["guest_trace:tell"]
    assert int(pc, 16) - start == int(function.removeprefix("guest_trace:tell+"), 16)
    assert line == place(source, "told")
    word = RunOptions().word()
    assert instruction[-4:] == ["csr", "oracle", "<-", f"{word:#010x}"]
    assert rows[0][2:4] == ["__start+0x0", "lui"]
    assert rows[-1][-1] == "finished"


def test_inlined_code_names_the_file_of_the_repository(program):
    done = zkos_here("trace", CASE, "--machine", "--around", 0, "--count", 1000)

    rows = [line.split() for line in done.stdout.splitlines()]
    asked = [row for row in rows if row[3].startswith("zkos/guest/system/oracle.py:")]
    text = Path("zkos/guest/system/oracle.py")
    lines = (Path(__file__).resolve().parents[2] / text).read_text().splitlines()
    sends = [lines[int(row[3].split(":")[1]) - 1] for row in asked if "csrrw" in row]
    assert [line.strip() for line in sends] == [
        "oracle_write(query)",
        "oracle_write(parameters)",
    ]


def split(capsys, *engines):
    case = load_case(CASE)
    block, state = case.blocks[0], state_of_case(case)
    assert show_word_split(parse_engines(engines), block, state, RunOptions())
    return capsys.readouterr().out.splitlines()


def test_the_first_different_word_and_call_name_their_lines(program, source, capsys):
    word, left, right, _, calls, one, other = split(capsys, "riscv", "riscv@upstream")

    assert word == "first different oracle word: 2, message, word 0"
    sender = "guest_trace:tell at " + place(source, "told")
    assert left.endswith(f"csrrw zero, oracle, a0 in {sender}")
    sender = "guest_trace:tell_upstream at " + place(source, "told by upstream")
    assert right.endswith(f"csrrw zero, oracle, a0 in {sender}")
    assert calls == "first different guest call:"
    caller = "called in guest_trace:main at " + place(source, "ours")
    assert one.endswith(caller)
    caller = "called in guest_trace:main at " + place(source, "upstream")
    assert other.endswith(caller)


def test_of_another_image_pc_and_instruction_are_told(
    program, source, tmp_path, capsys
):
    image = tmp_path / "app.bin"
    image.write_bytes(program.image((0xFF,)))

    word, ours, theirs = split(capsys, "riscv", f"image={image}")

    assert word == "first different oracle word: 2, message, word 0"
    assert place(source, "told") in ours
    assert theirs.split("0x000000ff  ")[1].split(": ")[1] == "csrrw zero, oracle, a0"


def test_a_crash_names_its_line_where_lines_were_made(
    program, source, tmp_path, monkeypatch
):
    monkeypatch.setenv("ZKOS_CACHE", str(tmp_path))
    stored_table.cache_clear()
    case = load_case(CASE)
    start = program.linked.symbols["guest_trace:tell"]
    image = program.image((1,))
    image = image[:start] + bytes(4) + image[start + 4 :]

    def reason():
        channel = prepare(case.blocks[0], state_of_case(case))
        return riscv.run_image(channel, image, program).reason

    assert reason().endswith("in guest_trace:tell")
    build_lines(program)
    assert reason().endswith(f"in guest_trace:tell at {source}:{line_of('def tell(')}")


def line_of(text):
    lines = enumerate(SOURCE.splitlines(), 1)
    return next(number for number, line in lines if line.startswith(text))


def test_symbols_of_a_build_hold_the_lines(program, source, tmp_path, monkeypatch):
    from differential import image_artefacts

    monkeypatch.setattr(image_artefacts, "program", lambda *_: program)
    given = ("--target", "riscv", "--symbols", "--output", tmp_path)

    done = zkos_here("build", *given)

    assert done.returncode == 0, done.stderr
    content = json.loads((tmp_path / "zkos_production.bin.symbols.json").read_text())
    paths = {path for path, _ in content["lines"]["places"]}
    assert paths >= {str(source), "zkos/guest/system/oracle.py"}
