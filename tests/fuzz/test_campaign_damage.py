"""Whatever befalls the files of a campaign: healed, or one clear line."""

import json
import shutil
from pathlib import Path

import pytest

from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder
from fuzz.campaign.sealed import sealed
from fuzz.campaign.slot import _SUM, _TOTALS, Progress, Slot
from fuzz.coverage.engine import Making, Recipe
from fuzz.coverage.target import Problem
from fuzz.mutants.hunt import Catch
from tests.cli.support import zkos_here
from tests.fuzz.campaigns import finish, start
from tests.fuzz.planted import NAME
from tests.support.damage import DAMAGES, damage, undo

KNOWN = (0, 1, 2)
RUNS = "20000"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A campaign with findings, attended to."""
    folder = tmp_path_factory.mktemp("made") / "campaign"
    code, _, errors = finish(start(folder, "--runs", RUNS, "-j", "1", "--seed", "7"))
    assert code == 1, errors
    assert zkos_here("fuzz", "triage", "--folder", folder).returncode == 1
    return folder


@pytest.fixture
def campaign(made, tmp_path):
    place = tmp_path / "campaign"
    shutil.copytree(made, place)
    return place


def files(folder):
    """All but inputs, of which one stands for all."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    inputs = [path for path in found if path.parent.name == "corpus"]
    return [path for path in found if path not in inputs[1:]]


def told(done, most):
    lines = done.stderr.splitlines()
    assert done.returncode in KNOWN, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "unexpected" not in done.stderr
    complaints = [line for line in lines if line.startswith("zkos: ")]
    assert len(complaints) <= most, done.stderr
    return complaints


@pytest.mark.parametrize("kind", DAMAGES)
def test_readers_of_a_campaign_name_what_is_damaged(campaign, kind, tmp_path):
    page = tmp_path / "report.html"
    for path in files(campaign):
        content = path.read_bytes()
        damage(path, kind)
        done = zkos_here("report", campaign, "-o", page)
        complaints = told(done, 1)
        if path.name == "campaign.json":
            assert done.returncode == 2
            assert str(path) in complaints[0]
        if path.name == "history.jsonl" and done.returncode == 0:
            # Half a line at the end is what a killed supervisor leaves.
            quiet = kind in ("emptied", "dangling", "cut", "longer")
            assert quiet or str(path) in complaints[0]
        if path.name == "finding.json":
            assert done.returncode == 2
            assert str(path) in complaints[0]
            others = [f.name for f in Folder(campaign).findings()]
            assert path.parent.name not in others
            assert others
            assert all(name in page.read_text() for name in others)
        undo(path, content)


@pytest.mark.parametrize("kind", DAMAGES)
def test_triage_of_a_damaged_campaign_shows_the_others(campaign, kind):
    findings = Folder(campaign).findings()
    damage(campaign / "findings" / findings[0].name / "finding.json", kind)
    done = zkos_here("fuzz", "triage", "--folder", campaign)
    told(done, 1)
    assert all(item.name in done.stdout for item in findings[1:])
    shutil.rmtree(campaign / "findings" / findings[1].name)
    for path in (campaign / "findings" / findings[-1].name).glob("*.bin"):
        damage(path, kind)
    told(zkos_here("fuzz", "replay", findings[-1].name, "--folder", campaign), 2)


VALUES = [None, [], {}, 7, "text", True, 1e999]


@pytest.mark.parametrize("value", VALUES)
def test_fields_of_a_wrong_kind_are_damage(campaign, value, tmp_path):
    out = ("-o", tmp_path / "report.html")
    settings = campaign / "campaign.json"
    finding = next(iter((campaign / "findings").glob("*/finding.json")))
    history = campaign / "history.jsonl"
    for path in (settings, finding):
        content = path.read_bytes()
        known = json.loads(content)
        for name in (None, *known, *(known.get("problem") or ())):
            if name in ("format", "started", "title", "seal"):
                continue
            changed = json.loads(content)
            del changed["seal"]
            if name is None:
                changed = value
            elif name in changed:
                changed[name] = value
            else:
                changed["problem"][name] = value
            if isinstance(changed, dict):
                changed = sealed(changed)
            path.write_text(json.dumps(changed))
            told(zkos_here("report", campaign, *out), 1)
        path.write_bytes(content)
    history.write_text(history.read_text() + json.dumps(value) + "\n")
    done = zkos_here("report", campaign, *out)
    assert done.returncode == 0
    assert f"zkos: {history}: " in done.stderr


@pytest.mark.parametrize("kind", ["cut", "emptied", "changed", "folder", "pipe"])
@pytest.mark.parametrize(
    "pattern",
    [
        "campaign.json",
        "history.jsonl",
        "*.slot",
        "*.log",
        "corpus/*",
        "findings/*/finding.json",
        "findings/*/case.*",
    ],
)
def test_a_damaged_campaign_goes_on_or_says_why(campaign, pattern, kind):
    path = min(campaign.rglob(pattern))
    before = {item.name for item in Folder(campaign).findings()}
    damage(path, kind)
    more = str(int(RUNS) + 500)
    code, _, errors = finish(start(campaign, "--runs", more, "-j", "1"))
    assert code in (1, 2), errors
    assert "Traceback" not in errors
    assert "unexpected" not in errors
    if code == 2:
        assert str(path.name) in errors.splitlines()[-1]
    if pattern == "campaign.json":
        assert code == 2
        return
    # What was found is still known, and nothing else is claimed.
    after = {item.name for item in Folder(campaign).findings()}
    lost = {path.parent.name} if path.name == "finding.json" else set()
    assert before - lost <= after <= before


def test_a_damaged_finding_is_found_again(tmp_path):
    folder = Folder(tmp_path)
    problem = Problem("diverge", ("a", "b"), "layer")
    finding = Finding(problem.name, NAME, problem, 1.0, 0, 1)
    assert folder.save_finding(finding, b"ab", ".bin")
    assert not folder.save_finding(finding, b"ab", ".bin")
    damage(tmp_path / "findings" / finding.name / "finding.json", "cut")
    assert folder.findings() == []
    assert folder.damaged() == [finding.name]
    assert folder.save_finding(finding, b"ab", ".bin")
    assert folder.findings() == [finding]


def test_a_finding_under_another_name_is_damaged(campaign):
    one, two = sorted((campaign / "findings").iterdir())[:2]
    shutil.rmtree(two)
    shutil.copytree(one, two)
    assert Folder(campaign).damaged() == [two.name]


def test_a_slot_holds_what_was_written_last_whole(tmp_path):
    path = tmp_path / "slot"
    slot, other = Slot(path), Slot(path)
    for number in range(1, 5):
        slot.write(Progress(executions=number))
        other.write(Progress(executions=10 * number))
        assert slot.progress() == Progress(executions=10 * number)
    slot.begin(3, Recipe(Making.MUTATE, 1, "parent", "donor"))
    good = path.read_bytes()
    newest = good.index((40).to_bytes(8, "little")) - 16
    group = range(newest, newest + _TOTALS.size + _SUM.size)
    for at in (*range(0, 1100, 5), *group[::7], len(good) - 1):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        damaged = Slot(path)
        executions = damaged.progress().executions
        assert executions in (4, 40)
        assert (executions == 4) == (at in group), at
        assert damaged.current().iteration in (0, 3)
        damaged.close()


def test_results_of_hunts_of_a_wrong_kind_are_refused(tmp_path, campaign):
    from dataclasses import asdict

    row = asdict(Catch("x", True, "what", 1, 1, 0.5, 1))
    path = Path(tmp_path / "mutants.json")
    for name in row:
        for value in ([], None):
            path.write_text(json.dumps({**row, name: value}) + "\n")
            out = ("-o", tmp_path / "report.html")
            done = zkos_here("report", campaign, "--mutants", path, *out)
            assert done.returncode == 2
            assert len(told(done, 1)) == 1
