"""Nights: each goes on from what the earlier ones reached and remembers itself."""

import json

import pytest

from fuzz.campaign.folder import Folder
from tests.cli.support import zkos_here
from tests.fuzz.campaigns import SEED
from tests.fuzz.planted import NAME


def night(folder, *options):
    plan = ("--time", "10s", "-j", "1", "--seed", SEED, "--mutants", "0")
    return zkos_here("fuzz", "night", "--folder", folder, *plan, *options)


def test_a_night_goes_on_from_the_one_before(tmp_path):
    codes = [night(tmp_path, NAME).returncode for _ in range(2)]

    assert codes == [1, 1]
    rows = json.loads((tmp_path / "history.json").read_text())
    assert [row["exit_code"] for row in rows] == [1, 1]
    assert all(row["targets"][NAME]["executions"] > 0 for row in rows)
    kept = {path.name for path in (tmp_path / "corpora" / NAME).iterdir()}
    second = Folder(tmp_path / "campaign-2")
    seeds = second.seeds(NAME, ".bin").names()
    assert kept
    assert seeds
    assert len(seeds) < len(list((tmp_path / "campaign-1" / NAME / "corpus").iterdir()))
    assert NAME in (tmp_path / "report.html").read_text()
    assert len(list(second.findings())) == 3


def test_a_night_without_findings_is_clean(tmp_path):
    done = night(tmp_path, "tests.fuzz.planted:harmless")

    assert done.returncode == 0, done.stderr


def test_an_interrupted_night_is_no_night_of_the_history(tmp_path, monkeypatch):
    monkeypatch.setattr("fuzz.campaign.night.run_campaign", lambda *_: 130)

    assert night(tmp_path, NAME).returncode == 130
    assert not (tmp_path / "history.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[", "\0"])
def test_a_history_that_cannot_be_read_is_one_line(tmp_path, text):
    (tmp_path / "history.json").write_text(text)
    done = night(tmp_path, NAME)

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "no history of nights" in done.stderr


def test_unknown_targets_are_one_line(tmp_path):
    done = night(tmp_path, "nothing")

    assert done.returncode == 2
    assert "no target is called 'nothing'" in done.stderr
