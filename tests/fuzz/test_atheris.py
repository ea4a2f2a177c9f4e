"""Targets under libFuzzer: its loop, our mutators, the counters of compiled code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
