import json

import pytest

from zkos.cli.program import run


@pytest.mark.parametrize("name", ["statetest", "blocktest"])
def test_missing_path_is_bad_input(name, tmp_path, capsys):
    assert run([name, str(tmp_path / "none.json"), "-e", "native"]) == 2
    assert "none.json" in capsys.readouterr().out


def test_resume_needs_a_result_file(tmp_path, capsys):
    assert run(["statetest", str(tmp_path), "--resume"]) == 2
    assert "--results" in capsys.readouterr().err


def test_published_tests_agree_and_resume(shared, tmp_path, capsys):
    archive = shared / "fixtures" / "state_tests" / "Shanghai.tar.xz"
    results = tmp_path / "results.jsonl"
    words = ["statetest", str(archive), "-e", "native", "-e", "riscv", "-j", "1"]
    assert run([*words, "--results", str(results), "--json"]) == 0
    totals = json.loads(capsys.readouterr().out)
    assert totals["verdicts"]["same"] >= 10
    assert totals["ran"] == len(results.read_text().splitlines())
    assert run([*words, "--results", str(results), "--resume", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ran"] == 0
