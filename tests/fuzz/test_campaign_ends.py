"""Campaigns end when asked to, and tell how to go on."""

import os
import signal
import time

import pytest

from fuzz.campaign.folder import Folder
from fuzz.corpus import Corpus
from tests.fuzz.campaigns import SEED, finish, iterations, start, wait_until
from tests.fuzz.planted import NAME, PLACE

MOST_SECONDS = 2.0


def interrupt(process):
    """Ctrl-C: the signal goes to the whole foreground process group."""
    asked = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    code, output, errors = finish(process)
    return time.monotonic() - asked, code, output, errors


def current(folder, target):
    return Folder(folder).slot(target, 0).current()


def test_ctrl_c_at_work_tells_the_state_and_how_to_resume(tmp_path):
    folder = tmp_path / "campaign"
    process = start(folder, "--seed", SEED, "-j", "2")
    wait_until(lambda: sum(iterations(folder)) > 0, process)
    taken, code, output, errors = interrupt(process)

    assert taken < MOST_SECONDS
    assert code == 130
    assert output.startswith("#")
    assert f"zkos fuzz run --folder {folder}" in errors


def test_ctrl_c_in_an_input_that_hangs(tmp_path):
    folder = tmp_path / "campaign"
    target = f"{PLACE}hanging"
    Corpus(tmp_path / "seeds" / target, ".bin").add(b"hhhhhh")
    options = ("--seed", SEED, "-j", "1", "--slice", "3600")
    options += ("--corpus", str(tmp_path / "seeds"))
    process = start(folder, *options, target=target)

    def hangs():
        if not (folder / target / "lane-0.slot").exists():
            return False
        began = current(folder, target).started
        return began and time.monotonic() - began > 1

    wait_until(hangs, process)
    at = current(folder, target).iteration
    taken, code, output, errors = interrupt(process)

    assert taken < MOST_SECONDS
    assert code == 130
    assert output.startswith("#")
    assert f"zkos fuzz run --folder {folder}" in errors
    assert current(folder, target).iteration == at


def test_ctrl_c_while_a_target_is_prepared(tmp_path):
    folder = tmp_path / "campaign"
    process = start(folder, "--seed", SEED, target=f"{PLACE}unready")
    wait_until((folder / "campaign.json").exists, process)
    time.sleep(0.5)
    taken, code, _, errors = interrupt(process)

    assert taken < MOST_SECONDS
    assert code == 130
    assert f"zkos fuzz run --folder {folder}" in errors


def test_the_command_told_goes_on_with_the_campaign(tmp_path):
    folder = tmp_path / "campaign"
    process = start(folder, "--seed", SEED, "-j", "1")
    wait_until(lambda: sum(iterations(folder)) > 0, process)
    interrupt(process)
    (before,) = iterations(folder)
    process = start(folder, target=())
    wait_until(lambda: sum(iterations(folder)) > before, process)
    _, _, output, errors = interrupt(process)

    assert "resuming" in errors
    assert int(output.split(" ")[0].removeprefix("#")) > before


@pytest.mark.parametrize(
    ("target", "options", "reason"),
    [
        ("blind", ("--blind", "3"), "nothing that was run reached anything"),
        ("flat", ("--blind", "3"), "no growth in"),
        ("refusing", ("--blind", "3"), "inputs was valid"),
        ("deadly", ("--blind", "6"), "no input was run"),
        ("unborn", (), "workers of tests.fuzz.planted:unborn die: RuntimeError: no"),
    ],
)
def test_campaigns_refuse_to_run_blind(tmp_path, target, options, reason):
    options = ("--seed", SEED, "--time", "60s", "-j", "1", *options)
    process = start(tmp_path / "c", *options, target=f"{PLACE}{target}")
    code, _, errors = finish(process)

    assert code == 3
    assert reason in errors.splitlines()[-1]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nothing", "no target is called 'nothing'"),
        ("no.module:made", "cannot be loaded: no module no.module"),
        (f"{PLACE}absent", "has no attribute 'absent'"),
    ],
)
def test_unknown_targets_are_one_line(tmp_path, target, reason):
    code, _, errors = finish(start(tmp_path / "c", "--seed", SEED, target=target))

    assert code == 2
    assert reason in errors
    assert "Traceback" not in errors


def test_a_file_is_no_folder(tmp_path):
    place = tmp_path / "file"
    place.write_text("x")
    code, _, errors = finish(start(place, "--seed", SEED, target=NAME))

    assert code == 2
    assert errors.strip() == f"zkos: {place}: File exists"
