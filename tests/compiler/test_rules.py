"""Every rule of the language: an accepted and a rejected example.

`rules/accepted/<rule>.py` has `run(a, b)`, called on every engine with the same
arguments. `rules/rejected/<rule>.py` says its error in the first line, as
`# line:column: message`.
"""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.target import ENGINES, make_target
from zkos.compiler.emit import X86
from zkos.compiler.errors import CompileError
from zkos.compiler.module import translate

FOLDER = Path(__file__).parent / "rules"
PACKAGE = "tests.compiler.rules"
ACCEPTED = sorted(p.stem for p in (FOLDER / "accepted").glob("[a-z]*.py"))
REJECTED = sorted(p.stem for p in (FOLDER / "rejected").glob("[a-z]*.py"))
GUEST = tuple(f"{PACKAGE}.accepted.{rule}:run" for rule in ACCEPTED)
FIXED = [0, 1, 2, 3, 7, 8, 13, 255, 0x7FFFFFFF, 0x80000000, 0xDEAD, 0xFFFFFFFF]


def arguments() -> list[tuple[int, int]]:
    source = random.Random(7)
    pairs = [(a, b) for a in FIXED for b in FIXED]
    for _ in range(100):
        pairs.append((source.getrandbits(32), source.getrandbits(32)))
        pairs.append((source.getrandbits(7), source.getrandbits(7)))
    return pairs


@pytest.fixture(scope="module")
def under_cpython() -> dict[str, list]:
    return results("cpython")


def results(engine: str) -> dict[str, list]:
    target = make_target(engine, GUEST)
    return {
        rule: target.call_all([(function, pair) for pair in arguments()])
        for rule, function in zip(ACCEPTED, GUEST, strict=True)
    }


def outcome(result) -> object:
    return type(result).__name__ if isinstance(result, Exception) else result


@pytest.mark.parametrize(
    "engine",
    [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ENGINES[1:]],
)
def test_accepted_examples_agree(engine, under_cpython):
    for rule, got in results(engine).items():
        pairs = zip(arguments(), under_cpython[rule], got, strict=True)
        for given, expected, result in pairs:
            assert outcome(result) == outcome(expected), (rule, given, result)


def test_accepted_examples_do_something(under_cpython):
    for rule, got in under_cpython.items():
        values = {outcome(result) for result in got}
        assert len(values) > 2, rule
        assert any(isinstance(result, int) for result in got), rule


@pytest.mark.parametrize("rule", REJECTED)
def test_rejected_example(rule):
    path = FOLDER / "rejected" / f"{rule}.py"
    text = path.read_text().splitlines()
    place, _, message = text[0].removeprefix("# ").partition(": ")
    line, column = map(int, place.split(":"))

    module = f"{PACKAGE}.rejected.{rule}"
    with pytest.raises(CompileError) as caught:
        translate([module], [f"{module}:run"], X86)

    shown = str(caught.value).splitlines()
    assert shown[0] == f"{path}:{line}:{column}: {message}"
    assert shown[1] == "    " + text[line - 1]
    assert shown[2] == "    " + " " * (column - 1) + "^"
    assert all(hint.startswith("    hint: ") for hint in shown[3:])


def test_mypy_accepts_what_the_compiler_accepts():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", str(FOLDER / "accepted")],
        cwd=FOLDER.parents[2],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout
