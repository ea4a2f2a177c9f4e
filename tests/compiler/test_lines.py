"""Source lines: where instructions come from, and that keeping them changes nothing."""

import re

import pytest

from differential.runners import riscv
from tests.compiler.test_rules import GUEST as RULES
from tests.support.target import RiscvTarget
from zkos.compiler import line_build
from zkos.compiler.assembler import A0, ZERO, encode
from zkos.compiler.build import BuildError, compile_guest
from zkos.compiler.code_flow import is_jump, jump_distance
from zkos.compiler.dwarf import read_lines
from zkos.compiler.emit import RV32
from zkos.compiler.image import build_program, link_program
from zkos.compiler.line_build import build_lines
from zkos.compiler.lines import NO_LINES, describe_address, stored_table, table_of
from zkos.compiler.module import translate
from zkos.compiler.variant import PLAIN, Variant, with_lines
from zkos.lang.linkage import Patch

SOURCE = '''"""Weighs numbers that the host gives."""

from zkos.lang.control import inline, noinline, urange
from zkos.lang.intrinsics import finish, oracle_read, oracle_write
from zkos.lang.ints import U32, U256, Bytes32


@noinline
def weigh(number: U32, factor: U32) -> U32:
    assert number < U32(1000), "too heavy"  # weigh
    oracle_write(number)  # weigh
    if factor > number:  # weigh
        oracle_write(  # weigh
            factor
        )
    return number.wrapping_mul(factor)  # weigh


@inline
def ask() -> U32:
    return oracle_read()  # ask


def main() -> None:
    total = oracle_read()  # main
    for _ in urange(total):  # main
        total = weigh(total, ask())  # main
    oracle_write(total)  # main
    finish(Bytes32(U256(total)))  # main
'''
"""Lines with code name the function they stand in."""


def numbers(mark):
    """Numbers of the lines that end with this comment."""
    lines = enumerate(SOURCE.splitlines(), 1)
    return {number for number, text in lines if text.endswith(f"# {mark}")}


def definition(function):
    """Number of the line that begins it: there is what lies around the body."""
    lines = enumerate(SOURCE.splitlines(), 1)
    return next(n for n, text in lines if text.startswith(f"def {function}("))


@pytest.fixture
def source(tmp_path, monkeypatch):
    """The file of the guest; nothing is in the cache."""
    path = tmp_path / "guest_lines.py"
    path.write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ZKOS_CACHE", str(tmp_path / "cache"))
    stored_table.cache_clear()
    yield path
    stored_table.cache_clear()


@pytest.fixture
def program(source):
    return build_program(["guest_lines"], "guest_lines:main")


def chains_of(program, lines, function):
    """What is known of each instruction of a function, unless that is nothing."""
    (found,) = (f for f in program.linked.functions if f[2] == function)
    start, size, _ = found
    return [lines.at(pc) for pc in range(start, start + size, 4) if lines.at(pc)]


@pytest.mark.riscv
def test_every_line_with_code_is_found_in_its_function(program, source):
    lines = build_lines(program)

    for function in ("weigh", "main"):
        chains = chains_of(program, lines, f"guest_lines:{function}")
        paths = {path for chain in chains for path, _ in chain}
        assert paths == {str(source)}
        own = {chain[-1][1] for chain in chains}
        assert own == numbers(function) | {definition(function)}


@pytest.mark.riscv
def test_inlined_code_names_its_line_and_its_caller(program):
    chains = chains_of(program, build_lines(program), "guest_lines:main")

    inlined = {tuple(line for _, line in chain) for chain in chains if len(chain) > 1}

    (body,) = numbers("ask")
    (caller,) = (n for n in numbers("main") if "ask()" in SOURCE.splitlines()[n - 1])
    assert inlined == {(body, caller)}


@pytest.mark.riscv
def test_code_that_is_no_guest_code_has_no_line(program):
    lines = build_lines(program)
    symbols = program.linked.symbols

    assert lines.path(symbols["__start"]) == ""
    assert lines.path(symbols["__finish"]) == ""
    assert lines.path(symbols["memcpy"]) == ""
    assert describe_address(program.linked, lines, 0) == ""


def check_whole(program):
    """The bytes are those of the plain build; traps lie on the lines of their sites."""
    origin = program.origin
    kept = with_lines(PLAIN)
    made = compile_guest(origin.roots, (), RV32, origin.main, lambda _: None, kept)

    assert link_program(made.code) == program.linked

    lines = read_lines(made.code, program.linked)
    named = [
        (lines.at(pc)[0], site)
        for pc, site in trap_calls(program)
        if lines.at(pc) and site[1]
    ]
    right = sum(place == site for place, site in named)
    # LLVM merges traps of several lines; then the call around them is named.
    assert right > 0.8 * len(named) > 50


@pytest.mark.riscv
def test_every_rule_has_the_same_bytes_with_lines():
    check_whole(RiscvTarget(RULES).program)


@pytest.mark.slow
@pytest.mark.riscv
def test_the_whole_system_has_the_same_bytes_with_lines():
    check_whole(riscv.program())


def trap_calls(program):
    """Where the trap is called, and the place that the table of sites has for it."""
    image, trap = program.linked.image, program.linked.symbols["__trap"]
    for start, size, _ in program.linked.functions:
        for pc in range(start + 4, start + size - 4, 4):
            number = site_number(image, pc - 4)
            if number is not None and call_target(image, pc) == trap:
                yield pc, program.sites[number][:2]


def word(image, pc):
    return int.from_bytes(image[pc : pc + 4], "little")


def site_number(image, pc):
    """What `addi a0, zero, number` loads."""
    made = word(image, pc)
    return made >> 20 if made & 0xFFFFF == encode("addi", A0, ZERO, 0) else None


def call_target(image, pc):
    made = word(image, pc)
    return pc + jump_distance(made) if is_jump(made) else None


@pytest.mark.riscv
def test_a_build_that_lines_change_is_refused(program, monkeypatch):
    change = Patch("guest_lines", "wrapping_mul", "wrapping_add")

    def changed(roots, exports, target, main, progress, variant):
        other = Variant(patches=(change,), lines=variant.lines)
        return compile_guest(roots, exports, target, main, progress, other)

    monkeypatch.setattr(line_build, "compile_guest", changed)
    message = "^keeping source lines changes the image, first at 0x.* in guest_lines:"
    with pytest.raises(BuildError, match=message) as raised:
        build_lines(program)
    assert "\n" not in str(raised.value)
    assert stored_table(program.origin) is None


@pytest.mark.riscv
def test_lines_are_built_once(program, monkeypatch):
    assert stored_table(program.origin) is None
    made = build_lines(program)

    monkeypatch.setattr(line_build, "compile_guest", None)
    stored_table.cache_clear()

    assert build_lines(program) == made
    assert stored_table(program.origin) == made


def test_the_text_differs_by_debug_information_only(source):
    plain, lined = (
        translate(["guest_lines"], [], RV32, "guest_lines:main", variant).text
        for variant in (PLAIN, with_lines(PLAIN))
    )

    assert "!dbg" not in plain
    assert "DILocation" not in plain
    body = lined[: lined.index("!llvm.dbg.cu")]
    assert re.sub(r",? !dbg !\d+", "", body).rstrip() == plain.rstrip()


def test_spans_reach_to_the_next():
    one, two = (("a.py", 1),), (("b.py", 2), ("a.py", 3))
    lines = table_of([(16, one), (20, one), (24, two), (32, ())])

    assert lines.starts == (16, 24, 32)
    assert [lines.line(pc) for pc in (12, 16, 20, 24, 28)] == [
        *("", "a.py:1", "a.py:1"),
        *("b.py:2", "b.py:2"),
    ]
    assert lines.path(28) == "b.py:2, inlined at a.py:3"
    assert lines.at(32) == ()
    assert NO_LINES.line(16) == ""
