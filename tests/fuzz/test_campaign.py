"""Campaigns lose nothing, whenever they are killed, and end when asked to."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fuzz.campaign.folder import Folder
from fuzz.corpus import Corpus, name_of
from tests.fuzz.planted import NAME, PROBLEMS

ROOT = Path(__file__).resolve().parents[2]
SEED = "7"
KILLS = 10


def start(folder, *options, target=NAME):
    command = [sys.executable, "-c", "from zkos.cli import main; main()"]
    command += ["fuzz", "run", target, "--folder", str(folder), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process, seconds=120):
    output, errors = process.communicate(timeout=seconds)
    return process.returncode, output, errors


def check_whole(folder):
    """Every file is whole; the names of findings and of kept inputs."""
    findings = set()
    for finding in Folder(folder).findings():
        assert Folder(folder).input_path(finding.name) is not None
        findings.add(finding.name)
    corpus = Corpus(folder / NAME / "corpus", ".bin")
    for name in corpus.names():
        assert name_of(corpus.read(name)) == name
    return findings, set(corpus.names())


def wait_for_work(folder, process, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if list((folder / NAME).glob("corpus/*.bin")):
            return
        time.sleep(0.05)
    raise AssertionError(f"no work: {process.communicate()}")


def wait_for_progress(folder, process, seconds=60):
    """Until a resumed campaign has run inputs."""
    known = iterations(folder)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if iterations(folder) > known:
            return
        time.sleep(0.05)
    raise AssertionError(f"no progress: {process.communicate()}")


def iterations(folder):
    return sum(Folder(folder).slot(NAME, lane).progress().iteration for lane in (0, 1))


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.parent.name == "corpus" or path.name.startswith("case.")
    }


def test_same_seed_and_runs_give_the_same_inputs_and_findings(tmp_path):
    seen = []
    for name in ("one", "two"):
        process = start(tmp_path / name, "--seed", SEED, "--runs", "4000", "-j", "1")
        code, _, errors = finish(process)
        assert code == 1, errors
        seen.append(contents(tmp_path / name))

    assert seen[0] == seen[1]
    assert any("findings/" in path for path in seen[0])
    assert any("corpus/" in path for path in seen[0])


def test_another_seed_gives_other_inputs(tmp_path):
    for seed in ("1", "2"):
        finish(start(tmp_path / seed, "--seed", seed, "--runs", "500", "-j", "1"))

    assert contents(tmp_path / "1") != contents(tmp_path / "2")


@pytest.mark.parametrize(
    "kills", [2, pytest.param(KILLS, marks=pytest.mark.slow)], ids=str
)
def test_killed_campaigns_lose_nothing_and_resume(tmp_path, kills):
    folder = tmp_path / "campaign"
    moments = random.Random(SEED)
    findings, kept = set(), set()
    process = start(folder, "--seed", SEED, "-j", "2")
    wait_for_work(folder, process)
    for _ in range(kills):
        time.sleep(moments.uniform(0.0, 4.0))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        found, inputs = check_whole(folder)
        assert findings <= found
        assert kept <= inputs
        findings, kept = found, inputs
        process = start(folder)
    wait_for_progress(folder, process)
    process.send_signal(signal.SIGINT)
    code, _, errors = finish(process)

    assert code == 130, errors
    assert "resuming" in errors
    assert not list(folder.rglob(".part-*"))


def test_all_planted_problems_are_found_once_each_and_minimised(tmp_path):
    folder = tmp_path / "campaign"
    process = start(folder, "--seed", SEED, "--time", "25s", "-j", "1")
    code, output, errors = finish(process)

    assert code == 1, errors
    findings = list(Folder(folder).findings())
    assert len(findings) == PROBLEMS
    assert all(f"zkos fuzz replay {item.name}" in output for item in findings)
    small = Folder(folder).input_path(findings[0].name, minimised=True)
    assert small is not None
    assert small.stat().st_size <= 3


def test_ctrl_c_ends_within_two_seconds_and_tells_how_to_resume(tmp_path):
    folder = tmp_path / "campaign"
    process = start(folder, "--seed", SEED, "-j", "2")
    wait_for_work(folder, process)

    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, output, errors = finish(process)

    assert time.monotonic() - asked < 2
    assert code == 130
    assert output.startswith("#")
    assert f"zkos fuzz run --folder {folder}" in errors


def test_an_input_over_its_time_is_a_finding_and_work_goes_on(tmp_path):
    folder = tmp_path / "campaign"
    target = "tests.fuzz.planted:hanging"
    options = ("--seed", SEED, "--time", "30s", "-j", "1", "--slice", "1")
    code, _, errors = finish(start(folder, *options, target=target))

    assert code == 1, errors
    kinds = {item.problem.kind for item in Folder(folder).findings()}
    assert {"timeout", "diverge"} <= kinds
    timeout = next(
        item for item in Folder(folder).findings() if item.problem.kind == "timeout"
    )
    assert Folder(folder).input_path(timeout.name).read_bytes()[:1] == b"h"


def test_a_blind_campaign_is_an_error(tmp_path):
    target = "tests.fuzz.planted:blind"
    options = ("--seed", SEED, "--time", "60s", "-j", "1", "--blind", "3")
    code, _, errors = finish(start(tmp_path / "c", *options, target=target))

    assert code == 3
    assert "blind" in errors


def test_history_grows_and_is_read_without_its_broken_last_line(tmp_path):
    folder = Folder(tmp_path)
    folder.append_history({"seconds": 1})
    with (tmp_path / "history.jsonl").open("a") as file:
        file.write('{"seconds": 2, "tar')

    assert folder.history() == [{"seconds": 1}]


@pytest.mark.parametrize("text", ["5x", "0", "", "-3", "m"])
def test_bad_times_are_refused(tmp_path, text):
    code, _, errors = finish(start(tmp_path / "c", "--time", text))

    assert code == 2
    assert len(errors.strip().splitlines()) == 1


def test_settings_of_a_campaign_are_kept(tmp_path):
    finish(start(tmp_path / "c", "--seed", SEED, "--runs", "50", "-j", "1"))
    known = json.loads((tmp_path / "c" / "campaign.json").read_text())

    assert known["seed"] == int(SEED)
    assert known["targets"] == [NAME]
    code, _, errors = finish(start(tmp_path / "c", "--seed", "8"))
    assert code == 2, errors
