"""What `zkos --help` says without importing the commands."""

import subprocess
import sys

import pytest

from zkos.cli.commands import COMMANDS
from zkos.docs.pages import load_command, summary


@pytest.mark.parametrize("name", COMMANDS)
def test_summary_is_that_of_the_command(name):
    assert COMMANDS[name].summary == summary(load_command(name))


def test_help_imports_no_command():
    program = """import sys
from zkos.cli.program import run
code = run(["--help"])
there = [name for name in sys.modules if name.startswith(("differential", "fuzz"))]
sys.exit(1 if code or there else 0)"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert all(f" {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("module", ["zkos", "zkos.cli"])
def test_modules_are_the_program(module):
    words = [sys.executable, "-m", module, "build", "--profile", "nosuch"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nosuch" in done.stderr
