import shutil
import subprocess
from xml.etree import ElementTree

import pytest

from differential.outcome import CaseOutcome, Difference, Outcome, Result
from differential.reports.html import html
from differential.reports.junit import junit
from differential.reports.record import RunRecord, published_cycles
from differential.session import BadCase, BlockResult
from zkos.host.case import parse_case
from zkos.host.profile import Profile

EMPTY = parse_case({"block": {}}, "empty")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "headless_shell")


def result(path, engines, difference=None):
    outcome = CaseOutcome(str(path), "app", "none", engines, difference)
    return BlockResult(path, EMPTY, 0, outcome, ())


@pytest.fixture
def run(tmp_path):
    good = Outcome(Result.SUCCESS, public_input=b"\1" * 32, seconds=0.25)
    counted = Outcome(
        Result.SUCCESS, public_input=b"\1" * 32, seconds=1.5, cycles=1_234_567
    )
    other = Outcome(Result.SUCCESS, public_input=b"\2" * 32, seconds=0.5)
    values = ("0x" + "01" * 32, "0x" + "02" * 32)
    record = RunRecord("zkos diff <cases>")
    record.add(result(tmp_path / "same.json", {"native": good, "riscv": counted}))
    difference = Difference(("native", "riscv"), "public_input", "", values)
    engines = {"native": good, "riscv": other}
    record.add(result(tmp_path / "other.json", engines, difference))
    crash = Outcome(Result.CRASH, "SIGKILL & more")
    record.add(result(tmp_path / "dead.json", {"native": good, "riscv": crash}))
    record.add(BadCase(tmp_path / "bad.json", "bad.json: not JSON"))
    return record


def test_junit_counts_and_tells_differences(run):
    suite = ElementTree.fromstring(junit(run).partition("\n")[2])
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors")}
    assert counts == {"tests": "4", "failures": "1", "errors": "2"}
    failure = suite.find("testcase/failure")
    assert failure.get("message") == "first difference: public_input"
    assert "02" * 32 in failure.text
    messages = [error.get("message") for error in suite.findall("testcase/error")]
    assert messages == ["riscv: crash: SIGKILL & more", "bad.json: not JSON"]


def test_page_needs_nothing_else_and_escapes(run):
    page = html(run)
    assert "zkos diff &lt;cases&gt;" in page
    assert "1,234,567" in page
    assert "SIGKILL &amp; more" in page
    for outside in ("http:", "https:", "src=", "<link"):
        assert outside not in page


def test_page_of_an_empty_run_is_whole():
    assert "0 blocks" in html(RunRecord("zkos diff"))


def test_theirs_is_read_beside_the_case(shared):
    case = shared / "vectors" / "mainnet_22244135.json.gz"
    assert published_cycles(case, Profile.APP, 0) == 192_784_201
    assert published_cycles(case.with_name("none.json"), Profile.APP, 0) is None


def test_page_opens_in_a_browser(run, tmp_path):
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed: {', '.join(BROWSERS)}")
    page = tmp_path / "run.html"
    page.write_text(html(run))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    shown = subprocess.run(
        [found, *options, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    assert shown.count('<rect class="bar"') == 2 + 6
    assert "3 blocks, 1 with a difference" in " ".join(shown.split())
