"""`zkos fuzz coverage`: lines of the guest that inputs reach."""

import json
import re
from pathlib import Path

import pytest

from fuzz.campaign.folder import Folder, Settings
from fuzz.coverage.lines import ROOT, Reach, lcov
from tests.cli.support import zkos
from tests.fuzz.planted import NAME
from tests.pins import CORPORA

INPUTS = CORPORA / "arithmetic"
DIVISION = "zkos/guest/crypto/division.py"


def tracefile(text):
    """Counts by file and line, after checking the summaries of each file."""
    assert text.startswith("TN:\n")
    files = {}
    for record in text.removeprefix("TN:\n").split("end_of_record\n")[:-1]:
        (path,) = re.findall(r"^SF:(.*)$", record, re.M)
        rows = re.findall(r"^DA:(\d+),(\d+)$", record, re.M)
        files[path] = {int(line): int(count) for line, count in rows}
        assert f"\nLF:{len(rows)}\n" in record
        assert f"\nLH:{sum(count != '0' for _, count in rows)}\n" in record
    return files


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    place = tmp_path_factory.mktemp("coverage")
    html, info = place / "c.html", place / "c.info"
    options = ("--inputs", INPUTS, "-t", "arithmetic", "--html", html, "--lcov", info)
    done = zkos("fuzz", "coverage", *options)
    assert done.returncode == 0, done.stderr
    return done, html.read_text(), tracefile(info.read_text())


@pytest.mark.native
def test_lines_are_told(measured):
    done, page, files = measured
    inputs = len(list(INPUTS.glob("*.call")))
    assert f"{inputs} inputs reach " in done.stdout
    lines = files[DIVISION]
    source = (ROOT / DIVISION).read_text().splitlines()
    assert max(lines.values()) <= inputs
    for line in lines:
        text = source[line - 1].strip()
        assert text
        assert not text.startswith(("#", "import ", "from "))
    # What runs at the start of a function runs at least as often as its inside.
    starts = [at for at in lines if source[at - 1].startswith("def ")]
    assert starts
    for start in starts:
        inside = [at for at in lines if at > start and at not in starts]
        assert lines[start] >= lines[min(inside)]
    reached = sum(bool(count) for own in files.values() for count in own.values())
    assert f"{reached:,} of " in done.stdout
    assert f'id="{DIVISION}"' in page
    assert "<script" not in page


@pytest.mark.native
def test_less_is_reached_by_less(measured, tmp_path):
    _, _, files = measured
    one = min(INPUTS.glob("*.call"))
    (tmp_path / one.name).write_bytes(one.read_bytes())
    info = tmp_path / "c.info"
    options = ("--inputs", tmp_path, "-t", "arithmetic", "--lcov", info, "--json")
    done = zkos("fuzz", "coverage", *options)
    assert done.returncode == 0, done.stderr
    fewer = tracefile(info.read_text())
    assert {path: set(own) for path, own in fewer.items()} == {
        path: set(own) for path, own in files.items()
    }
    for path, own in fewer.items():
        for line, count in own.items():
            assert count in (0, 1)
            assert count <= files[path][line]
    told = json.loads(done.stdout)
    assert told["inputs"] == 1
    reached = sum(item["reached"] for item in told["files"].values())
    assert reached == sum(sum(own.values()) for own in fewer.values())


@pytest.mark.native
def test_of_a_campaign_it_lies_in_its_folder(tmp_path):
    folder = Folder(tmp_path / "c")
    folder.begin(Settings(("arithmetic",), 7))
    one, two = sorted(INPUTS.glob("*.call"))[:2]
    folder.corpus("arithmetic", ".call").add(one.read_bytes())
    for path in (one, two):
        folder.seeds("arithmetic", ".call").add(path.read_bytes())
    done = zkos("fuzz", "coverage", "-C", folder.path)
    assert done.returncode == 0, done.stderr
    assert "2 inputs reach " in done.stdout
    for name in ("coverage.html", "coverage.info"):
        assert (folder.path / name).is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-C", "none"], ["none"]),
        (["--inputs", "none", "-t", "arithmetic"], ["none", "no such folder"]),
        (["--inputs", "."], ["--target"]),
        (["--inputs", ".", "-t", "nothing"], ["nothing"]),
        (["--inputs", ".", "-t", "arithmetic"], ["no input of arithmetic"]),
        (["-C", "campaign", "-t", "hashes"], ["not on hashes"]),
        (["-C", "campaign", "--html", "no/x.html"], ["no folder no"]),
        (["-C", "campaign"], ["runs no lines of the guest"]),
    ],
)
def test_what_cannot_be_measured_is_one_line(tmp_path, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Folder(Path("campaign")).begin(Settings((NAME,), 7))
    done = zkos("fuzz", "coverage", *options)
    assert done.returncode == 2, done.stderr
    line = done.stderr.splitlines()[-1]
    for word in words:
        assert word in line
    assert "Traceback" not in done.stderr


@pytest.mark.native
def test_an_input_that_ends_its_process_is_code_three(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    name = "tests.fuzz.planted:dying"
    done = zkos("fuzz", "coverage", "--inputs", INPUTS, "-t", name)
    assert done.returncode == 3
    assert "an input ended the process" in done.stderr.splitlines()[-1]


def test_a_tracefile_of_nothing_is_none():
    assert lcov(Reach()) == "TN:\n"
