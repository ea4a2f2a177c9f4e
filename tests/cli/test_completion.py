"""A shell that asks what may follow, as it asks."""

import subprocess
import sys

import pytest

from tests.cli.support import zkos_here
from zkos.cli import program
from zkos.cli.commands import COMMANDS


def answers(monkeypatch, capfd, shell, **environment):
    for name in ("COMP_WORDS", "_TYPER_COMPLETE_ARGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("_ZKOS_COMPLETE", f"complete_{shell}")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        program.main()
    return capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("zkos ", list(COMMANDS)),
        ("zkos d", ["diff"]),
        ("zkos diff --pro", ["--protocol", "--profile"]),
        ("zkos diff --profile ", ["production", "replay"]),
        ("zkos fuzz run --see", ["--seed"]),
        ("zkos corpus m", ["min", "merge"]),
        ("zkos nothing x", []),
    ],
)
def test_bash_is_told_what_may_follow(monkeypatch, capfd, words, expected):
    place = str(len(words.split(" ")) - 1)
    given = {"COMP_WORDS": words, "COMP_CWORD": place}
    assert answers(monkeypatch, capfd, "bash", **given).split() == expected


def test_other_shells_are_told(monkeypatch, capfd):
    given = {"_TYPER_COMPLETE_ARGS": "zkos diff --quirks "}
    told = answers(monkeypatch, capfd, "zsh", **given)
    assert '"none"' in told
    assert '"upstream"' in told
    given = {"_TYPER_COMPLETE_ARGS": "zkos corp"}
    given["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    told = answers(monkeypatch, capfd, "fish", **given)
    assert told.startswith("corpus\t")


def test_a_shell_takes_what_is_shown():
    done = subprocess.run(
        [sys.executable, "-m", "zkos.cli", "--show-completion", "bash"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:  # else the shell around the tests is not known
        checked = subprocess.run(["bash", "-n"], input=done.stdout, text=True)
        assert checked.returncode == 0
        assert "_ZKOS_COMPLETE=complete_bash" in done.stdout


def test_commands_have_no_options_of_completion():
    assert "completion" in zkos_here("--help").stdout
    assert "completion" not in zkos_here("diff", "--help").stdout
