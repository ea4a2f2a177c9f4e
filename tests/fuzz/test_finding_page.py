"""The page of a finding: its trace, its input, and nothing that its names do."""

from collections import Counter
from dataclasses import replace

import pytest

from fuzz.campaign.coverage import page as coverage_page
from fuzz.campaign.finding import Finding
from fuzz.campaign.finding_page import PAGE, links, write_pages
from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.page import Night, page
from fuzz.coverage.lines import Reach
from fuzz.coverage.target import Problem
from fuzz.mutants.hunt import Catch
from fuzz.mutants.table import MUTANTS
from tests.cli.support import zkos_here
from tests.differential.reports.browser import check_everywhere, look
from tests.fuzz.planted import NAME
from tests.pins import CORPORA

TARGET = "block_differential"
CASE = CORPORA / "regressions" / "upstream_p256_is_cold" / "case.json"
FAULT = next(name for name, mutant in MUTANTS.items() if not mutant.harmless)
EVIL = "<img src=x onerror=alert(1)>"
COLD = Problem(
    "diverge",
    ("native", "native@upstream"),
    "public_input",
    EVIL,
    EVIL,
    (EVIL, "0x" + "ab" * 300),
)
CLUMSY = Problem("crash", (), "exception", "", "KeyError in x", ("y" * 3000,))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """A campaign with a difference of two engines and a crash, and its report."""
    folder = Folder(tmp_path_factory.mktemp("pages") / "a <b> campaign")
    folder.begin(Settings((TARGET, NAME), 7))
    votes = {"native": "riscv", "riscv": "native", "native@upstream": "nobody"}
    finding = Finding(COLD.name, TARGET, COLD, 1.0, 0, 5, "native@upstream", votes)
    folder.save_finding(finding, CASE.read_bytes(), ".json")
    folder.save_minimised(finding, CASE.read_bytes(), ".json")
    folder.save_finding(Finding(CLUMSY.name, NAME, CLUMSY, 2.0, 0, 6), b"x", ".bin")
    report = folder.path.parent / "reports" / "report.html"
    report.parent.mkdir()
    done = zkos_here("report", folder.path, "-o", report)
    assert done.returncode == 0, done.stderr
    return folder, report


def content(folder, problem):
    return (folder.finding_folder(problem.name) / PAGE).read_text()


def test_the_report_links_to_pages_and_pages_to_inputs(campaign, tmp_path):
    folder, report = campaign
    seen = look(report.read_text(), tmp_path)
    for problem in (COLD, CLUMSY):
        address = links(
            {"x": folder.finding_folder(problem.name) / PAGE}, report.parent
        )
        assert f'href="{address["x"]}"' in seen.dom
        assert "%3Cb%3E" in address["x"]
    page = look(content(folder, COLD), tmp_path)
    assert page.text('id="files"') == ["case.json finding.json minimised.json"]


@pytest.mark.native
def test_a_difference_has_its_trace_and_commands(campaign, tmp_path):
    folder, _ = campaign
    seen = look(content(folder, COLD), tmp_path)
    assert seen.console == []
    assert "<img" not in seen.dom
    (split,) = seen.text('class="split-at"')
    assert "gas differs after STATICCALL" in split
    assert "native@upstream" in seen.text('id="votes"')[0]
    (again,) = seen.text('class="replay"')
    assert f"zkos fuzz replay {COLD.name}" in again
    assert "--diff native native@upstream" in again
    assert "minimised.json" in again


def test_what_is_no_block_has_a_reason(campaign, tmp_path):
    folder, _ = campaign
    seen = look(content(folder, CLUMSY), tmp_path)
    assert seen.text('class="note"') == ["No trace: its input is no block."]
    assert "y" * 100 in seen.dom


def test_pages_are_readable_everywhere(campaign, tmp_path):
    folder, report = campaign
    place = "zkos/guest/crypto/division.py", 18
    reach = Reach(3, Counter({place: 2, (place[0], 20): 0}))
    night = Night(
        {FAULT: Catch(FAULT, True, "state_root" * 20, 49, 1, 0.25, 20.0)},
        {"a_long_name_of_a_case" * 5: 100},
        [{"time": 1, "seed": 2, "targets": {}, "findings": {}, "cycles": {}}],
    )
    check_everywhere(
        tmp_path,
        report.read_text(),
        page(folder, night),
        content(folder, COLD),
        content(folder, CLUMSY),
        coverage_page(reach, EVIL),
    )


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"engines": ("machine", "unicorn")}, "not of two engines"),
        ({"engines": ("native",)}, "not of two engines"),
        ({"engines": ("native", "riscv")}, "say the same of its input"),
        ({"engines": ("ours", "native@upstream")}, ""),
        ({"engines": ("native", "py_evm")}, "cannot be traced|say the same"),
    ],
)
def test_engines_that_do_not_part_have_a_reason(tmp_path, change, note):
    folder = Folder(tmp_path / "c")
    folder.begin(Settings((TARGET,), 7))
    problem = replace(COLD, **change)
    finding = Finding(problem.name, TARGET, problem, 1.0, 0, 5)
    folder.save_finding(finding, CASE.read_bytes(), ".json")
    (path,) = write_pages(folder, trace=True).values()
    assert any(text in path.read_text() for text in note.split("|"))


def test_without_a_trace_nothing_runs(tmp_path, monkeypatch):
    folder = Folder(tmp_path / "c")
    folder.begin(Settings((TARGET,), 7))
    folder.save_finding(Finding(COLD.name, TARGET, COLD, 1.0, 0, 5), b"{", ".json")
    monkeypatch.setattr("fuzz.campaign.finding_page.run_again", None)
    done = zkos_here("report", folder.path, "-o", tmp_path / "r.html", "--no-trace")
    assert done.returncode == 0
    assert "Not traced." in content(folder, COLD)


def test_an_input_that_is_damaged_is_told(tmp_path):
    folder = Folder(tmp_path / "c")
    folder.begin(Settings((TARGET,), 7))
    folder.save_finding(Finding(COLD.name, TARGET, COLD, 1.0, 0, 5), b"{", ".json")
    (path,) = write_pages(folder, trace=True).values()
    assert "No trace: " in path.read_text()
    assert "not JSON" in path.read_text()
