"""Campaigns lose nothing, whenever and whatever of them is killed."""

import os
import random
import signal
import time

import pytest

from fuzz.campaign.folder import Finding, Folder, Settings
from fuzz.campaign.slot import Progress, Slot
from fuzz.coverage.engine import Making, Recipe
from fuzz.coverage.target import Problem
from tests.fuzz.campaigns import (
    SEED,
    finish,
    iterations,
    kept_files,
    processes,
    start,
    wait_until,
)
from tests.fuzz.planted import NAME, PLACE

TARGET = f"{PLACE}rich"
KILLS = 10
LONGEST_SECONDS = 4.0
"""From the start to the kill: preparing, starting workers and working."""
ALONE_SECONDS = 1.0
"""After which no process of a killed campaign is left."""


def killed_campaign(folder, moment):
    """What is kept when everything is killed at this moment."""
    process = start(folder, "--seed", SEED, "-j", "2", target=TARGET)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + ALONE_SECONDS
    while left := processes(folder):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)
    return kept_files(folder)


@pytest.mark.parametrize(
    "kills", [3, pytest.param(KILLS, marks=pytest.mark.slow)], ids=str
)
def test_a_campaign_killed_as_a_whole_loses_nothing_and_goes_on(tmp_path, kills):
    folder = tmp_path / "campaign"
    moments = random.Random(SEED)
    kept, history, reached = {}, [], []
    for _ in range(kills):
        files = killed_campaign(folder, moments.uniform(0.0, LONGEST_SECONDS))
        assert kept.items() <= files.items()
        rows = Folder(folder).history()
        assert rows[: len(history)] == history
        now = iterations(folder, TARGET)
        assert all(one <= two for one, two in zip(reached, now, strict=False))
        kept, history, reached = files, rows, now

    process = start(folder, target=TARGET)
    wait_until(lambda: sum(iterations(folder, TARGET)) > sum(reached), process)
    process.send_signal(signal.SIGINT)
    code, _, errors = finish(process)
    assert code == 130, errors
    assert kept.items() <= kept_files(folder).items()
    assert any(path.startswith("findings/") for path in kept)
    seconds = [row["seconds"] for row in Folder(folder).history()]
    assert seconds == sorted(seconds)
    assert len(seconds) > len(history)
    assert not list(folder.rglob(".part-*"))


@pytest.mark.parametrize(
    "kills", [3, pytest.param(KILLS, marks=pytest.mark.slow)], ids=str
)
def test_killed_workers_are_replaced_and_lose_nothing(tmp_path, kills):
    folder = tmp_path / "campaign"
    moments = random.Random(SEED)
    process = start(folder, "--seed", SEED, "-j", "2", target=TARGET)
    kept = {}
    for number in range(kills):
        wait_until(lambda: len(workers(folder, process.pid)) == 2, process)
        time.sleep(moments.uniform(0.0, 2.0))
        before = workers(folder, process.pid)
        victim = before[number % 2]
        os.kill(victim, signal.SIGKILL)
        files = kept_files(folder)
        assert kept.items() <= files.items()
        kept = files
        wait_until(lambda old=victim: old not in workers(folder, process.pid), process)
    before = iterations(folder, TARGET)
    wait_until(
        lambda: all(
            two > one
            for one, two in zip(before, iterations(folder, TARGET), strict=True)
        ),
        process,
    )
    process.send_signal(signal.SIGINT)
    code, _, errors = finish(process)
    assert code == 130, errors
    assert kept.items() <= kept_files(folder).items()


def workers(folder, supervisor):
    """Processes that search."""
    found = []
    for process in processes(folder):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                if b"fuzz.campaign.worker" in file.read().split(b"\0"):
                    found.append(process)
        except OSError:
            continue
    return found


def test_a_folder_has_one_campaign_at_a_time(tmp_path):
    folder = tmp_path / "campaign"
    process = start(folder, "--seed", SEED, "-j", "1")
    wait_until(lambda: sum(iterations(folder)) > 0, process)
    code, _, errors = finish(start(folder, "--time", "1s"))
    process.send_signal(signal.SIGINT)
    finish(process)

    assert code == 2
    assert "a campaign is running in it" in errors
    assert Folder(folder).settings().seconds is None


def test_what_a_killed_run_was_running_is_run_again(tmp_path):
    slot = Slot(tmp_path / "slot")
    slot.write(Progress(iteration=40))
    slot.begin(44, Recipe(Making.MUTATE, 1, "a", "b"))
    slot.settle(again=True)

    assert slot.progress().iteration == 44
    assert not slot.current().started


def test_what_killed_a_worker_is_passed_over(tmp_path):
    slot = Slot(tmp_path / "slot")
    slot.begin(44, Recipe(Making.MUTATE, 1, "a", "b"))
    slot.settle(again=False)

    assert slot.progress().iteration == 45


def test_time_between_two_runs_is_no_input_s_fault(tmp_path):
    folder = tmp_path / "campaign"
    options = ("--seed", SEED, "-j", "1", "--slice", "1", "--runs", "300")
    Folder(folder).begin(Settings((NAME,), int(SEED), 1, runs=300, slice_seconds=1))
    slot = Folder(folder).slot(NAME, 0)
    slot.begin(5, Recipe(Making.GENERATE, 1))
    slot.close()
    time.sleep(1.5)
    finish(start(folder, *options))

    kinds = {item.problem.kind for item in Folder(folder).findings()}
    assert "timeout" not in kinds
    assert iterations(folder) == [300]


def test_a_broken_line_of_the_history_costs_no_other(tmp_path):
    folder = Folder(tmp_path)
    first, second = (
        {"seconds": number, "targets": {}, "findings": {}} for number in (1, 3)
    )
    folder.append_history(first)
    with (tmp_path / "history.jsonl").open("a") as file:
        file.write('{"seconds": 2, "tar')
    assert folder.history() == [first]

    folder.append_history(second)
    assert folder.history() == [first, second]


def test_seeds_half_taken_are_taken_again(tmp_path):
    folder = Folder(tmp_path)

    def broken():
        yield b"one"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.take_seeds(NAME, ".bin", broken())
    assert folder.seeds(NAME, ".bin").names() == []

    folder.take_seeds(NAME, ".bin", [b"one", b"two"])
    folder.take_seeds(NAME, ".bin", [b"three"])
    assert sorted(folder.seeds(NAME, ".bin").contents()) == [b"one", b"two"]


def test_leftovers_of_writers_do_not_keep_a_campaign_from_beginning(tmp_path):
    (tmp_path / ".part-x").write_bytes(b"{")
    folder = Folder(tmp_path)
    folder.begin(Settings((NAME,), 7))
    problem = Problem("diverge", ("a", "b"), "logs")
    finding = Finding(problem.name, NAME, problem, 1.0, 0, 5)
    folder.save_finding(finding, b"x", ".bin")
    (tmp_path / "findings" / finding.name / ".part-y").write_bytes(b"{")
    folder.sweep()

    assert not list(tmp_path.rglob(".part-*"))
    assert list(folder.findings()) == [finding]
