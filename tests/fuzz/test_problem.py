"""What makes two findings the same: the fault, not the values it was seen with."""

import pytest

from fuzz.coverage.target import Problem


def problem(site):
    return Problem("diverge", ("native", "riscv"), "outcome", "", site)


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("oracle: no leaf has the key {}", "0x1f00", "0xAB" + 30 * "cd"),
        ("oracle: no preimage is known for {}", "0x" + 32 * "00", "0x" + 32 * "12"),
        ("the reported diffs give the root {}", "0x01", "0x02"),
        ("oracle: the tape ends after {} queries", "7", "12"),
        ("oracle: no index {} in the tree | read {} words", "7", "12"),
        ("after {} s", "20", "0.5"),
        ("KeyError: {}", "3", "4"),
        ("values[{}]", "3", "4"),
    ],
)
def test_a_value_in_the_site_makes_no_other_finding(text, one, other):
    first = problem(text.replace("{}", one))
    second = problem(text.replace("{}", other))
    assert first.site == second.site == text.replace("{}", "#")
    assert first.name == second.name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zkos/guest/system/io.py:120: assert", "zkos/guest/system/io.py:121: assert"),
        ("uncaught OutOfGas", "uncaught OutOfNative"),
        ("ValueError in u256.py add", "ValueError in u512.py add"),
        ("SHL", "SHR"),
        ("PUSH1", "PUSH2"),
        ("sha256 of it", "sha512 of it"),
    ],
)
def test_another_place_is_another_finding(one, other):
    assert problem(one).site == one
    assert problem(one).name != problem(other).name
