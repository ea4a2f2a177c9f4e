"""`zkos build`: versions, and what one function becomes."""

import pytest

from tests.cli.support import zkos_here

ADD = "arithmetic:add"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (("--show", "tree"), "--show and a function go together"),
        ((ADD,), "--show and a function go together"),
        (("--show", "tree", "nothing"), "no function nothing is compiled"),
        (("--show", "tree", "arithmetic:mulmod", "--protocol", "v7"), "'v7' is not"),
    ],
)
def test_bad_usage_is_one_line(given, complaint):
    done = zkos_here("build", *given)

    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert complaint in line


@pytest.mark.parametrize(
    ("given", "first"),
    [
        (("tree", ADD), "zkos.guest.evm.instructions.arithmetic:add("),
        (("llvm", ADD), "define internal fastcc i32 @"),
        (("tree", "_bit", "--target", "machine"), "zkos.machine.interpreter:_bit("),
    ],
)
def test_functions_are_shown(given, first):
    done = zkos_here("build", "--show", *given)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(first)
    assert done.stderr == ""
