"""The pytest plugin in a user's own repository."""

import subprocess
import sys

import pytest

from tests.pins import CORPORA

CASE = CORPORA / "transfers" / "self_and_zero.json"
ROOT = CORPORA.parent


def run_pytest(folder, *options):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        | _cache(),
    )


def _cache():
    from zkos.compiler.cache_folder import folder

    return {"ZKOS_CACHE": str(folder())}


def test_cases_become_items(tmp_path):
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "mine.json").write_text(CASE.read_text())
    (cases / "expected.json").write_text("{}")
    done = run_pytest(tmp_path, "--cases", "cases", "--engine", "native", "-v")
    assert done.returncode == 0, done.stdout
    assert "cases/mine.json::mine PASSED" in done.stdout
    assert "1 passed" in done.stdout


def test_failure_is_the_first_difference_and_no_traceback(tmp_path):
    (tmp_path / "mine.json").write_text(CASE.read_text())
    engine = "module=tests.differential.engines.generous"
    options = ["--engine", "native", "--engine", engine]
    done = run_pytest(tmp_path, "--cases", "mine.json", *options)
    assert done.returncode == 1
    assert "first difference: gas_used at transactions[0]" in done.stdout
    assert "last agreement" in done.stdout
    assert "Traceback" not in done.stdout
    assert "CaseFailure" not in done.stdout


def test_bad_case_is_named(tmp_path):
    (tmp_path / "mine.json").write_text("{")
    done = run_pytest(tmp_path, "--cases", "mine.json", "--engine", "native")
    assert done.returncode == 1
    assert "not JSON" in done.stdout


def test_unknown_engine_is_a_usage_error(tmp_path):
    (tmp_path / "mine.json").write_text(CASE.read_text())
    done = run_pytest(tmp_path, "--cases", "mine.json", "--engine", "geth")
    assert "no engine is called 'geth'" in done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


def test_case_only_one_engine_can_answer_is_skipped(tmp_path):
    (tmp_path / "mine.json").write_text(CASE.read_text())
    options = ["--engine", "native", "--engine", "py_evm", "-rs"]
    done = run_pytest(tmp_path, "--cases", "mine.json", *options)
    assert done.returncode == 0
    assert "1 skipped" in done.stdout
    assert "py_evm has no answer: native resource is limited" in done.stdout


def test_case_files_are_left_alone_without_the_option(tmp_path):
    (tmp_path / "mine.json").write_text("{")
    (tmp_path / "test_mine.py").write_text("def test_nothing(): pass\n")
    done = run_pytest(tmp_path)
    assert done.returncode == 0
    assert "1 passed" in done.stdout
