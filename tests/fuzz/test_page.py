"""The page of a campaign: what it says, and what a person sees of it."""

import json
from dataclasses import asdict
from shutil import copytree

import pytest

from fuzz.campaign import night as nights
from fuzz.campaign.cycles import changes, count_cycles
from fuzz.campaign.folder import Finding, Folder, Settings
from fuzz.campaign.history import HistoryError, append_night, read_nights
from fuzz.campaign.page import Night, page
from fuzz.campaign.slot import Progress
from fuzz.coverage.target import Problem
from fuzz.mutants.hunt import Catch
from fuzz.mutants.run import best_of
from fuzz.mutants.table import MUTANTS
from tests.cli.support import zkos_here
from tests.differential.reports.browser import look
from tests.fuzz.planted import NAME

FAULT, OTHER = [name for name, mutant in MUTANTS.items() if not mutant.harmless][:2]
HARMLESS = next(name for name, mutant in MUTANTS.items() if mutant.harmless)
CATCHES = {
    FAULT: Catch(FAULT, True, "state_root", 49, 1, 0.25, 20.0),
    OTHER: Catch(OTHER, False, "", 1717, 1, 20.0, 20.0),
    HARMLESS: Catch(HARMLESS, False, "", 1000, 1, 12.0, 20.0),
}
PROBLEM = Problem("diverge", ("native", "riscv"), "logs", "<x>", "", ("<b>&", "2"))


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "a campaign")
    made.begin(Settings((NAME,), 7))
    finding = Finding(PROBLEM.name, NAME, PROBLEM, 1.0, 0, 5, "riscv")
    made.save_finding(finding, b"x", ".bin")
    for step in range(1, 4):
        counts = {"executions": 100 * step, "coverage": 50 + step}
        counts |= {"features": 70 + step, "entries": step}
        row = {"seconds": 5.0 * step, "findings": {"diverge": 1}}
        made.append_history({**row, "targets": {NAME: counts}})
    (made.path / NAME).mkdir()
    slot = made.slot(NAME, 0)
    slot.write(Progress(seconds=15.0, executions=300, coverage=53, features=73))
    slot.close()
    return made


@pytest.fixture
def night():
    rows = [
        {"time": 1_764_000_000 + number, "seed": number, "targets": {}, "findings": {}}
        for number in range(2)
    ]
    rows[0]["cycles"] = {"slower": 900, "faster": 300, "same": 50}
    rows[1]["cycles"] = {"slower": 1000, "faster": 200, "same": 50}
    now = {"slower": 1100, "faster": 150, "same": 50, "fresh": 7}
    return Night(CATCHES, now, rows)


def test_everything_a_night_found_is_seen(folder, night, tmp_path):
    seen = look(page(folder, night), tmp_path)
    seen.check()

    assert seen.text('id="summary"') == ["300 executions in 15 s, 1 findings"]
    assert [chart["name"] for chart in seen.charts] == [
        "Counters covered",
        "Features",
        "Executions",
        "Inputs kept",
        "Distinct findings",
        "Planted faults found in so long",
    ]
    (target,) = seen.text('id="targets"')
    assert f"{NAME} 300 20 53 73" in target
    (finding,) = seen.text('class="finding"')
    assert "native <b>& riscv 2" in finding
    assert seen.text('class="replay"') == [
        f"zkos fuzz replay {PROBLEM.name} --folder '{folder.path}'"
    ]
    (score,) = seen.text('id="score"')
    assert score.startswith("1 of 2 planted faults found, 1 within a minute")
    assert score.endswith("1 survived; 0 false alarms")
    (faults,) = seen.text('id="faults"')
    assert faults.index(OTHER) < faults.index(FAULT)
    assert "found 250 ms 49 state_root" in faults
    assert seen.text('id="regressions"') == [
        "1 of 4 cases take more cycles than in the last night."
    ]
    (cycles,) = seen.text('id="cycles"')
    assert cycles.endswith(
        "slower 1,100 1,000 +10.00 % 900 fresh 7 new same 50 50 same 50 "
        "faster 150 200 -25.00 % 200"
    )


def test_a_campaign_that_found_nothing_is_seen_to_be_clean(tmp_path):
    folder = Folder(tmp_path / "c")
    folder.begin(Settings((NAME,), 7))
    seen = look(page(folder), tmp_path)
    seen.check()

    assert seen.text('id="summary"') == ["0 executions in 0, 0 findings"]
    assert "Counters covered: no data yet." in seen.dom


def test_pages_need_nothing_else(folder, night):
    content = page(folder, night)

    assert "<script" not in content
    for outside in ("http:", "https:", "src=", "<link"):
        assert outside not in content


def test_results_of_hunts_are_lines_or_a_list(tmp_path):
    rows = [json.dumps(asdict(catch)) for catch in CATCHES.values()]
    lines, listed = tmp_path / "lines", tmp_path / "list"
    lines.write_text("\n".join(rows))
    listed.write_text(f"[{', '.join(rows)}]\n")

    assert best_of(lines) == best_of(listed) == CATCHES


def test_a_false_alarm_is_told(folder):
    catch = Catch(HARMLESS, True, "logs", 3, 1, 2.0, 1.0)

    assert "1 false alarms" in page(folder, Night({HARMLESS: catch}))


def test_changes_are_sorted_by_growth(night):
    found = changes(night.cycles, night.before)

    assert [item.case for item in found] == ["slower", "fresh", "same", "faster"]
    assert [item.growth for item in found[1:3]] == [None, 0.0]


def test_cycles_of_cases_are_counted_and_repeat(tmp_path):
    source = json.dumps({"block": {}})
    for place in ("b", "case_import"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "empty.json").write_text(source)
    counts = count_cycles(tmp_path)

    assert list(counts) == ["b/empty.json"]
    assert counts["b/empty.json"] > 1000
    assert count_cycles(tmp_path) == counts


def test_nights_come_back_as_they_were_added(tmp_path):
    path = tmp_path / "history.json"
    rows = [{"time": 1, "seed": 2, "cycles": {"a": 3}}, {"time": 2, "seed": 3}]
    for row in rows:
        append_night(path, row)
    empty = {"targets": {}, "findings": {}, "cycles": {}}

    assert read_nights(path) == [{**empty, **row} for row in rows]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no history of nights: "),
        ("{}", "no history of nights: not a list"),
        ("[1]", "night 0: not an object"),
        ('[{"time": "x", "seed": 1}]', "night 0: time is not a number"),
        ('[{"time": 1, "seed": 1, "cycles": []}]', "night 0: cycles is not an object"),
    ],
)
def test_what_is_no_history_is_refused(tmp_path, text, reason):
    path = tmp_path / "history.json"
    path.write_text(text)

    with pytest.raises(HistoryError, match=reason):
        read_nights(path)


def test_nights_compare_themselves_with_the_last(folder, tmp_path, monkeypatch):
    counts = iter([{"a.json": 100}, {"a.json": 150}])

    plan = nights.Plan([NAME], "1s", 7, 1, mutants=1)

    def hunt(path, _):
        path.write_text(json.dumps(asdict(CATCHES[FAULT])) + "\n")
        return 0

    for number in (1, 2):
        copytree(folder.path, tmp_path / f"campaign-{number}")
    monkeypatch.setattr(nights, "run_campaign", lambda path, wishes: 0)
    monkeypatch.setattr(nights, "_distil", lambda *_: None)
    monkeypatch.setattr(nights, "count_cycles", lambda: next(counts))
    monkeypatch.setattr(nights, "_mutants", hunt)
    pages = []
    for _ in range(2):
        assert nights.night(tmp_path, plan) == 0
        pages.append((tmp_path / "report.html").read_text())

    assert "no earlier night to compare the 1 cases with" in pages[0]
    assert "+50.00 %" in pages[1]
    assert "1 of 1 planted faults found" in pages[1]
    rows = read_nights(tmp_path / "history.json")
    assert [row["cycles"] for row in rows] == [{"a.json": 100}, {"a.json": 150}]
    assert rows[1]["targets"][NAME]["executions"] == 300


def test_reports_are_written_from_the_command_line(folder, night, tmp_path):
    mutants, history = tmp_path / "mutants.json", tmp_path / "history.json"
    mutants.write_text("".join(json.dumps(asdict(c)) + "\n" for c in CATCHES.values()))
    last = {**night.before[1], "cycles": night.cycles}
    history.write_text(json.dumps([*night.before, last]))
    out = tmp_path / "report.html"
    done = zkos_here(
        "report", folder.path, "-o", out, "--mutants", mutants, "--history", history
    )

    assert done.returncode == 0
    content = out.read_text()
    assert "1 of 2 planted faults found" in content
    assert "1 of 4 cases take more cycles" in content


@pytest.mark.parametrize("option", ["--mutants", "--history"])
def test_files_that_are_no_results_are_refused_in_a_line(folder, tmp_path, option):
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}\n')
    done = zkos_here("report", folder.path, "-o", tmp_path / "r.html", option, path)

    assert done.returncode == 2
    assert done.stderr.startswith(f"zkos: {path}: no ")
    assert len(done.stderr.splitlines()) == 1
