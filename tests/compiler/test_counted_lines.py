"""A coverage build with lines knows which of them ran."""

import pytest

from fuzz.coverage.counters import Counters
from zkos.compiler.native import build_native
from zkos.compiler.variant import COVERAGE, with_lines

MODULE = "lines_main"
SOURCE = '''"""Goes different ways."""

from zkos.lang.control import urange
from zkos.lang.ints import U64


class Odd(Exception):
    """Of an odd number."""


def twice(value: U64) -> U64:
    return value.wrapping_mul(U64(2))


def check(value: U64) -> None:
    if value & U64(1) != 0:
        raise Odd


def main(value: U64) -> U64:
    total = U64(0)
    if value > 1000:
        total = twice(
            value,
        )
    else:
        for step in urange(value):
            total = total + U64(3)
    try:
        check(value)
        total = total + U64(100)
    except Odd:
        total = total + U64(1000)
    return total
'''
LINE = {text.strip(): at for at, text in enumerate(SOURCE.splitlines(), 1)}
THEN = LINE["total = twice("]
BOTH = {
    LINE["def main(value: U64) -> U64:"],
    LINE["total = U64(0)"],
    LINE["if value > 1000:"],
    LINE["try:"],
    LINE["check(value)"],
    LINE["return total"],
    LINE["def check(value: U64) -> None:"],
    LINE["if value & U64(1) != 0:"],
}
LOOP = {LINE["for step in urange(value):"]}
BODY = {LINE["total = total + U64(3)"]}
TWICE = {
    THEN,
    THEN + 1,
    LINE["def twice(value: U64) -> U64:"],
    LINE["return value.wrapping_mul(U64(2))"],
}
EVEN = {LINE["total = total + U64(100)"]}
ODD = {LINE["total = total + U64(1000)"], LINE["raise Odd"]}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    (folder / f"{MODULE}.py").write_text(SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        variant = with_lines(COVERAGE)
        return build_native([MODULE], [f"{MODULE}:main"], variant=variant)


@pytest.mark.parametrize(
    ("value", "result", "lines"),
    [
        (0, 100, BOTH | LOOP | EVEN),
        (2, 106, BOTH | LOOP | BODY | EVEN),
        (3, 1009, BOTH | LOOP | BODY | ODD),
        (1012, 2124, BOTH | TWICE | EVEN),
        (1013, 3026, BOTH | TWICE | ODD),
        # A counter of eight bits that counted would be zero again.
        (256, 868, BOTH | LOOP | BODY | EVEN),
    ],
)
def test_lines_that_ran(library, value, result, lines):
    counters = Counters.of(library)
    counters.clear()
    assert library.call(f"{MODULE}:main", value) == result
    ran = {line for path, line in counters.lines() if path.endswith(f"{MODULE}.py")}
    assert ran == lines


def test_all_lines_are_known(library):
    known = {line for path, line in library.module.places if path.endswith("main.py")}
    assert known == BOTH | LOOP | BODY | TWICE | EVEN | ODD


def test_nothing_ran_before_a_call(library):
    counters = Counters.of(library)
    counters.clear()
    assert counters.lines() == set()


def test_other_builds_know_no_lines(tmp_path, monkeypatch):
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    plain = build_native([MODULE], [f"{MODULE}:main"], variant=COVERAGE)
    assert plain.module.places == []
    assert Counters.of(plain).lines() == set()
