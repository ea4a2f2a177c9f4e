"""Targets under libFuzzer: its loop, our mutators, the counters of compiled code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.targets.atheris_driver import with_room
from tests.fuzz.planted import NAME
from zkos.host.case import parse_case

ROOT = Path(__file__).resolve().parents[2]
pytest.importorskip("atheris", reason="atheris is made for few platforms")


def fuzz(folder, target, *options):
    """What libFuzzer printed, and its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.targets.atheris_driver", target, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return done.stdout, done.returncode


def numbers(log, label):
    """What a column of the status lines said, in order."""
    return [int(number) for number in re.findall(rf" {label}: (\d+)", log)]


def test_finding_ends_the_run_and_its_input_is_kept(tmp_path):
    log, code = fuzz(tmp_path, NAME, "-seed=1", "-runs=100000")
    assert code != 0
    assert "diverge" in log
    (crash,) = tmp_path.glob("crash-*")
    again, code = fuzz(tmp_path, NAME, crash.name)
    assert code != 0
    assert "diverge" in again


@pytest.mark.native
def test_our_mutators_change_what_compiled_code_covers(tmp_path):
    log, code = fuzz(tmp_path, "fields", "-seed=1", "-runs=3000")
    assert code == 0, log
    used = set(re.findall(r"MS: \d+ (\S+?)-", log))
    assert used == {"Custom", "CustomCrossOver"}
    coverage = numbers(log, "cov")
    assert coverage[-1] > coverage[0]


@pytest.mark.native
def test_blocks_stay_cases(tmp_path):
    kept = tmp_path / "inputs"
    kept.mkdir()
    log, code = fuzz(tmp_path, "block_native", "-seed=1", "-runs=300", str(kept))
    assert code == 0, log
    texts = [path.read_text() for path in kept.iterdir()]
    assert len(texts) > 20
    for text in texts:
        assert parse_case(json.loads(text), "input").blocks


HARMLESS = "tests.fuzz.planted:harmless"
INPUTS = (b"ab", b"abab", b"xyz", b"xyzxyz", b"1", b"12")


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()
    for number, content in enumerate(INPUTS):
        (folder / str(number)).write_bytes(content)
    return folder


def contents(folder):
    return {path.read_bytes() for path in folder.iterdir()}


def test_inputs_are_merged(tmp_path, inputs):
    into = tmp_path / "into"
    into.mkdir()
    log, code = fuzz(tmp_path, HARMLESS, "-merge=1", str(into), str(inputs))
    assert code == 0, log
    assert "MERGE-OUTER: successful" in log
    assert contents(into)
    assert contents(into) < set(INPUTS)


def test_single_inputs_are_run_and_nothing_else(tmp_path, inputs):
    one, two = str(inputs / "0"), str(inputs / "3")
    log, code = fuzz(tmp_path, HARMLESS, one, two)
    assert code == 0, log
    assert log.count("Executed ") == 2
    log, code = fuzz(tmp_path, NAME, one)
    assert code != 0
    assert "diverge" in log


def test_a_crash_is_minimised_and_cleansed(tmp_path):
    (tmp_path / "crash").write_bytes(b"xyzabx")
    limits = ("-runs=2000", "-max_total_time=20")
    for mode in ("minimize", "cleanse"):
        small = tmp_path / mode
        artefact = f"-exact_artifact_path={small}"
        log, _ = fuzz(tmp_path, NAME, f"-{mode}_crash=1", artefact, *limits, "crash")
        assert small.read_bytes().strip() == b"xyz", log


@pytest.mark.parametrize("mode", ["-fork=1", "-jobs=1"])
def test_processes_of_its_own_fuzz(tmp_path, inputs, mode):
    before = contents(inputs)
    limits = ("-runs=2000", "-max_total_time=8", "-workers=1")
    log, code = fuzz(tmp_path, HARMLESS, mode, *limits, str(inputs))
    assert code == 0, log
    assert "No such file" not in log
    assert before < contents(inputs)


def test_a_module_of_a_target_is_the_same_program(tmp_path, inputs):
    into = tmp_path / "into"
    into.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.targets.case_import", "-merge=1", into, inputs],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert contents(into)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux hands the peak on")
def test_memory_of_the_starting_process_is_not_counted(tmp_path, inputs):
    command = [sys.executable, "-m", "fuzz.targets.atheris_driver", HARMLESS]
    grown = f"""import subprocess, sys
bytearray(900 << 20)
sys.exit(subprocess.run({command} + sys.argv[1:]).returncode)"""
    starts = [sys.executable, "-c", grown, "-rss_limit_mb=600", "-max_total_time=3"]
    done = subprocess.run(
        [*starts, inputs],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_only_the_last_limit_of_memory_is_raised():
    command = ["a", "-rss_limit_mb=1", "-rss_limit_mb=30", "b"]
    raised = ["a", "-rss_limit_mb=1", "-rss_limit_mb=42", "b"]
    assert with_room(command, 12) == raised
    assert with_room(command, 0) == command
    for kept in (["a"], ["-rss_limit_mb=0"], ["-rss_limit_mb=1", "-rss_limit_mb=x"]):
        assert with_room(kept, 12) == kept


def test_a_mutator_that_fails_is_a_finding(tmp_path):
    log, code = fuzz(tmp_path, "tests.fuzz.planted:clumsy", "-seed=1", "-runs=100000")
    assert code != 0
    assert "changing an input fails with seed" in log
    assert "KeyError in planted.py mutate" in log
    assert list(tmp_path.glob("crash-*"))
