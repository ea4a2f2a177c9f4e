"""What campaigns find, repeat and remember."""

import json
import signal

import pytest

from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.lost import input_of
from fuzz.campaign.triage import replay_one, triage_all
from fuzz.campaign.worker import EXIT_DONE, Worker
from fuzz.corpus import Corpus
from tests.fuzz.campaigns import SEED, finish, kept_files, start, wait_until
from tests.fuzz.planted import (
    NAME,
    PLACE,
    PROBLEMS,
    SLOW_SECONDS,
    TRAP_BYTES,
    patient,
    trapped,
)


@pytest.mark.parametrize(
    ("targets", "runs"),
    [
        ((NAME,), "6000"),
        ((NAME, f"{PLACE}rich"), "400"),
        (("hashes",), "150"),
        (("case_import",), "100"),
        pytest.param(("block_native",), "200", marks=pytest.mark.slow),
        pytest.param(("block_differential",), "200", marks=pytest.mark.slow),
        pytest.param(("compiler",), "6", marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_same_seed_and_runs_give_the_same_inputs_and_findings(tmp_path, targets, runs):
    seen = []
    for name in ("one", "two"):
        options = ("--seed", SEED, "--runs", runs, "-j", "1")
        code, _, errors = finish(start(tmp_path / name, *options, target=targets), 400)
        assert code == (1 if NAME in targets else 0), errors
        seen.append(kept_files(tmp_path / name))

    assert seen[0] == seen[1]
    assert all(f"{name}/corpus" in " ".join(seen[0]) for name in targets)


def test_another_seed_gives_other_inputs(tmp_path):
    for seed in ("1", "2"):
        finish(start(tmp_path / seed, "--seed", seed, "--runs", "500", "-j", "1"))

    assert kept_files(tmp_path / "1") != kept_files(tmp_path / "2")


def test_all_planted_problems_are_found_once_each_and_minimised(tmp_path):
    folder = Folder(tmp_path / "campaign")
    process = start(folder.path, "--seed", SEED, "-j", "1")

    def small():
        names = [item.name for item in folder.findings()]
        paths = [folder.input_path(name, minimised=True) for name in names]
        return [path for path in paths if path is not None]

    wait_until(lambda: len(small()) >= PROBLEMS, process)
    process.send_signal(signal.SIGINT)
    code, output, errors = finish(process)

    assert code == 130, errors
    findings = list(folder.findings())
    assert len(findings) == PROBLEMS
    assert all(f"zkos fuzz replay {item.name}" in output for item in findings)
    assert sorted(path.read_bytes() for path in small()) == [b"12", b"ab", b"xyz"]
    assert all(item.minimised for item in findings)


def test_inputs_that_do_not_come_back_are_findings_with_their_inputs(tmp_path):
    folder = Folder(tmp_path / "campaign")
    target = f"{PLACE}trapped"
    seeds = Corpus(tmp_path / "seeds" / target, ".bin")
    for letter in (b"h", b"q", b"s"):
        seeds.add(letter * TRAP_BYTES)
    options = ("--seed", SEED, "-j", "1", "--slice", "4", "--memory", "0.2")
    options += ("--corpus", str(tmp_path / "seeds"))
    process = start(folder.path, *options, target=target)

    def lost():
        return {
            (item.problem.kind, item.problem.layer): folder.input_path(item.name)
            for item in folder.findings()
            if folder.input_path(item.name) is not None
        }

    letters = {
        ("timeout", "time"): b"hs",  # anything on a busy machine
        ("crash", "worker"): b"q",
        ("crash", "memory"): b"s",
    }
    planted = {("diverge", "secret0"), ("diverge", "secret1")}
    wait_until(lambda: lost().keys() >= letters.keys() | planted, process, 90)
    process.send_signal(signal.SIGINT)
    finish(process)

    for key, path in lost().items():
        if key in letters:
            assert path.read_bytes()[:1] in letters[key]
            assert path.read_bytes()[:TRAP_BYTES] == path.read_bytes()[:1] * TRAP_BYTES
    values = {value for item in folder.findings() for value in item.problem.values}
    assert {"4 s", "SIGSEGV"} <= values


def slow_campaign(path, target, slow):
    folder = Folder(path)
    folder.begin(Settings((target.name,), 7, runs=5, slice_seconds=2 * SLOW_SECONDS))
    folder.take_seeds(target.name, target.suffix, [slow, b"a"])
    assert Worker(folder, target, 0).run() == EXIT_DONE
    return folder


def test_slow_inputs_are_findings(tmp_path):
    target = trapped()
    slow = b"r" * TRAP_BYTES
    folder = slow_campaign(tmp_path / "campaign", target, slow)
    first, *others = folder.findings()

    assert all(item.problem.kind == "slow" for item in (first, *others))
    assert input_of(folder, first, target) == slow
    assert folder.input_path(first.name).read_bytes() == slow


def test_peers_may_be_slow(tmp_path):
    slow = b"r" * TRAP_BYTES
    folder = slow_campaign(tmp_path / "campaign", patient(), slow)
    assert not list(folder.findings())


def test_inputs_that_cannot_be_made_are_findings_and_work_goes_on(tmp_path, capfd):
    folder = Folder(tmp_path / "campaign")
    target = f"{PLACE}unmakeable"
    options = ("--seed", SEED, "--runs", "300", "-j", "1")
    code, _, errors = finish(start(folder.path, *options, target=target))

    assert code == 1, errors
    (lost,) = folder.findings()
    assert (lost.problem.kind, lost.problem.layer) == ("crash", "making an input")
    assert lost.problem.site == "RuntimeError in planted.py mutate"
    assert lost.problem.values == ("no such input",)
    assert folder.recipe(lost.name)
    assert triage_all(folder.path) == 1
    replay_one(folder.path, lost.name, None)
    told = "making its input fails: RuntimeError('no such input')"
    assert told in "".join(capfd.readouterr())


def test_status_lines_tell_all_that_matters(tmp_path):
    options = ("--seed", SEED, "--time", "8s", "-j", "1")
    _, output, errors = finish(start(tmp_path / "c", *options))
    lines = [line for line in errors.splitlines() if line.startswith("#")]
    fields = ("cov:", "ft:", "corp:", "exec/s:", "rss:", "valid:", "findings:", "new:")

    assert any(line.split()[1] == "NEW" for line in lines)
    assert any(line.split()[1] == "pulse" for line in lines)
    for line in (lines[-1], output.splitlines()[0]):
        assert all(field in line for field in fields), line


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
