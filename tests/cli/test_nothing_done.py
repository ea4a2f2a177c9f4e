"""Nothing done is told apart from nothing wrong."""

import json

import pytest

from tests.cli.support import rows, zkos, zkos_here
from tests.fuzz.planted import NAME
from tests.pins import CORPORA

CASE = CORPORA / "transfers" / "all_kinds.json"


def refused(done, *words):
    assert done.returncode == 2, done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("zkos: ")
    for word in words:
        assert str(word) in line


@pytest.mark.parametrize("command", ["statetest", "blocktest", "run", "diff"])
def test_a_folder_without_anything(tmp_path, command):
    done = zkos_here(command, tmp_path, "--engine", "native")
    refused(done, tmp_path)
    assert done.stdout == ""


def test_fixtures_of_which_none_is_for_us(tmp_path):
    (tmp_path / "index.json").write_text("{}")
    refused(zkos_here("statetest", tmp_path), tmp_path, "holds no fixture")
    (tmp_path / "none.json").write_text("{}")
    done = zkos_here("statetest", tmp_path, "--engine", "py_evm")
    refused(done, "nothing was compared")


def test_inputs_that_are_not_there(tmp_path):
    run = ("fuzz", "run", NAME, "-j", "1", "--runs", "5", "--corpus")
    folder = ("--folder", tmp_path / "campaign")
    refused(zkos_here(*run, tmp_path / "no", *folder), "no such folder")
    (tmp_path / "other").mkdir()
    refused(zkos_here(*run, tmp_path, *folder), "has no folder of")
    assert not (tmp_path / "campaign").exists()


def test_a_campaign_that_ran_nothing(tmp_path):
    folder = tmp_path / "campaign"
    done = zkos("fuzz", "run", NAME, "-j", "1", "--time", "0.01s", "--folder", folder)
    refused(done, f"{NAME}: no input was run")


@pytest.mark.native
def test_a_trace_of_nothing():
    refused(zkos_here("trace", CASE, "--tx", "99"), "no transaction 99")
    refused(zkos_here("trace", CASE, "--block", "99"), "no block 99")


@pytest.mark.native
@pytest.mark.parametrize("answer", [1000000, 4000])
def test_an_edit_that_is_never_applied(tmp_path, answer):
    content = json.loads(CASE.read_text())
    content["oracle"] = [{"answer": answer, "word": 0, "value": 1}]
    path = tmp_path / "case.json"
    path.write_text(json.dumps(content))
    done = zkos("run", path, "--json")
    refused(done, path, f"the edit of answer {answer} was never applied")
    assert rows(done)[0]["engines"]["native"]["outcome"] == "success"


@pytest.mark.riscv
@pytest.mark.parametrize("response", ["0x", "0x00000000", "0xffffffff", "0x01000000"])
def test_a_lie_has_the_same_name_on_every_engine(tmp_path, response):
    content = json.loads(CASE.read_text())
    content["oracle"] = [{"answer": 0, "response": response}]
    path = tmp_path / "case.json"
    path.write_text(json.dumps(content))
    engines = [f"--engine={name}" for name in ("native", "riscv", "cpython")]
    done = zkos("run", path, "--json", *engines)
    assert done.returncode == 0, done.stderr + done.stdout
    (row,) = rows(done)
    assert {item["outcome"] for item in row["engines"].values()} == {"abort"}
