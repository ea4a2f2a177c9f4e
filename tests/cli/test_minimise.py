"""`zkos minimise` as a user meets it: progress, resumption, the command to replay."""

import json
import shlex

import pytest

from tests.cli.support import zkos, zkos_here
from tests.pins import CORPORA

MODULES = "module=tests.differential.engines."
CASE = CORPORA / "regressions" / "upstream_p256_is_cold" / "case.json"
SIDES = ["--engine", "native", "--engine", "native@upstream"]


def replayed(done):
    """The process of the command that a search printed last."""
    words = shlex.split(done.stdout.splitlines()[-1])
    assert words[:2] == ["zkos", "diff"]
    return zkos(*words[1:])


@pytest.mark.native
def test_printed_command_shows_the_difference_again(tmp_path):
    small = tmp_path / "small.json"
    done = zkos_here("minimise", CASE, *SIDES, "-o", small)
    assert done.returncode == 1
    assert "keeping native and native@upstream: return_data" in done.stderr
    assert "candidates run" in done.stderr
    assert str(small) in done.stdout
    (transaction,) = json.loads(small.read_text())["txs"]
    assert "data" not in transaction
    again = replayed(done)
    assert again.returncode == 1
    assert "gas_used at transactions[0]" in again.stdout


@pytest.mark.native
def test_resumed_search_runs_nothing_twice(tmp_path):
    small = tmp_path / "small.json"
    zkos_here("minimise", CASE, *SIDES, "-o", small)
    first = small.read_text()
    log = small.with_name("small.json.log")
    lines = log.read_text().splitlines()
    log.write_text("\n".join(lines[:20]) + "\n")

    again = zkos_here("minimise", CASE, *SIDES, "-o", small, "--resume")
    ran = int(again.stderr.splitlines()[-1].split()[0])
    assert ran == len(lines) - 20
    assert small.read_text() == first


@pytest.mark.native
def test_command_names_an_engine_of_a_module_and_the_time_it_had(tmp_path):
    small = tmp_path / "small.json"
    engines = ["--engine", "native", "--engine", f"{MODULES}endless"]
    done = zkos_here("minimise", CASE, *engines, "-o", small, "--time", "0.2")
    assert json.loads(small.read_text())["txs"] == []
    again = replayed(done)
    assert again.returncode == 3
    assert "timeout  after 0.2 s" in again.stdout


@pytest.mark.native
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--engine", "native"], "--engine twice"),
        (["--engine", "native", "--engine", f"{MODULES}none"], "no module"),
        (["--engine", "native", "--engine", "native@proving"], "agree"),
    ],
)
def test_search_that_cannot_begin_is_one_line(tmp_path, words, reason):
    done = zkos_here("minimise", CASE, *words, "-o", tmp_path / "small.json")
    assert done.returncode == 2
    assert reason in done.stderr.splitlines()[-1]
    assert not (tmp_path / "small.json").exists()


@pytest.mark.native
def test_log_of_another_case_is_refused_and_nothing_written_over(tmp_path):
    small = tmp_path / "small.json"
    log = small.with_name("small.json.log")
    log.write_text('["another", "search"]\n')
    done = zkos_here("minimise", CASE, *SIDES, "-o", small, "--resume")
    assert done.returncode == 2
    assert str(log) in done.stderr
    assert log.read_text() == '["another", "search"]\n'
    assert not small.exists()
