"""Instrumentation counts in coverage builds and is nothing in others."""

import pytest

from zkos.compiler.emit import MARKS
from zkos.compiler.native import build_native
from zkos.compiler.variant import COVERAGE

MODULE = "marks_main"
SOURCE = '''"""Counts, and keeps a number."""

from zkos.lang.intrinsics import mark, note, noted
from zkos.lang.ints import U32, U64


def main(cell: U32, value: U64) -> U64:
    before = noted(cell)
    note(cell, value)
    mark(cell)
    return before.wrapping_add(noted(cell))
'''


@pytest.fixture
def main(tmp_path, monkeypatch):
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return f"{MODULE}:main"


def test_coverage_builds_count_and_keep(main):
    library = build_native([MODULE], [main], variant=COVERAGE)
    marks = library.coverage
    first = len(marks) - MARKS
    assert library.call(main, 5, 100) == 100
    assert library.call(main, 5, 7) == 107
    # Cells beyond the last begin again.
    assert library.call(main, 5 + MARKS, 1) == 8
    assert {at - first: n for at, n in enumerate(marks) if n and at >= first} == {5: 3}


def test_others_do_not(main):
    library = build_native([MODULE], [main])
    assert library.call(main, 5, 100) == 0
    assert library.module.counters == 0
