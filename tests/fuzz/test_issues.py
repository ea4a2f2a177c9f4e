"""Findings as issue texts and SARIF, and the revision that brought them."""

import json
import os
import subprocess

import pytest

from fuzz.campaign.after import bisect, issues
from fuzz.campaign.finding import Finding
from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.issues import issue, sarif, told
from fuzz.campaign.revisions import (
    Brought,
    bisect_images,
    read_brought,
    save_brought,
    search,
)
from fuzz.coverage.target import Problem
from zkos.terminal.errors import UserError

TARGET = "block_differential"
PROBLEM = Problem(
    "diverge", ("native", "riscv"), "receipt", "gas|used", "a`b", ("0x1|2", "```x")
)


@pytest.fixture
def folder(tmp_path):
    known = Folder(tmp_path / "c")
    known.begin(Settings((TARGET,), 7))
    finding = Finding(
        PROBLEM.name, TARGET, PROBLEM, 1.5e9, 0, 3, "riscv", {"native": "py_evm"}, True
    )
    known.save_finding(finding, b'{"large": 1}', ".json")
    known.save_minimised(finding, b'{"a": "```"}\n', ".json")
    return known


def test_an_issue_has_all_that_is_known(folder):
    brought = Brought("f" * 40, "fff add it", "e" * 40, 5, ("d" * 40,))
    save_brought(folder, PROBLEM.name, brought)
    (row,) = told(folder)
    text = issue(row)
    for part in (
        "# diverge native/riscv receipt gas|used a`b",
        "| engines | native, riscv |",
        "| first difference | receipt gas\\|used |",
        "| against the majority | riscv |",
        "fff add it (not in eeeeeeeeeeee), or one of 1 before it",
        f"zkos fuzz replay {PROBLEM.name}",
        "| native | `0x1\\|2` |",
        "## Input (minimised)",
        '````json\n{"a": "```"}\n````',
    ):
        assert part in text, part
    assert "large" not in text


def test_sarif_has_what_its_standard_wants(folder):
    log = json.loads(json.dumps(sarif(told(folder), "1")))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    (result,) = run["results"]
    assert rules[result["ruleIndex"]] == result["ruleId"] == "diverge"
    assert result["level"] == "error"
    assert PROBLEM.title in result["message"]["text"]
    assert result["partialFingerprints"] == {"zkosMeaning/v1": PROBLEM.name}
    (place,) = result["locations"]
    address = place["physicalLocation"]["artifactLocation"]["uri"]
    assert address.startswith("file:///")
    assert address.endswith(f"{PROBLEM.name}/minimised.json")


def test_both_are_written(folder, capsys):
    assert issues(folder.path, None, None) == 0
    assert (folder.path / "issues" / f"{PROBLEM.name}.md").is_file()
    assert json.loads((folder.path / "findings.sarif").read_text())["runs"]
    assert "1 results" in capsys.readouterr().out


# The search.


@pytest.mark.parametrize("number", [2, 3, 10, 33])
@pytest.mark.parametrize("mute", [set(), {1}, {4, 5, 6}])
def test_the_first_revision_with_it_is_found(number, mute):
    names = [str(n) for n in range(number)]
    ends = {0, number - 1}
    for first in range(1, number):

        def probe(name, first=first):
            at = int(name)
            return None if at in mute - ends else at >= first

        good, bad, asked = search(names, probe)
        assert good < first <= bad
        assert set(range(good + 1, bad)) <= mute
        assert asked <= 2 + number.bit_length() + 2 * len(mute)


@pytest.mark.parametrize("answers", [(True, True), (False, False), (None, True)])
def test_ends_that_are_not_as_said_are_refused(answers):
    with pytest.raises(UserError, match="the difference, or cannot be run"):
        search(["a", "b"], lambda name: answers["ab".index(name)])


PROGRAM = """
import sys
assert sys.argv[1:3] == ["fuzz", "replay"]
state = open("state").read()
print({has!r}) if state == "has" else None
sys.exit({{"has": 1, "other": 1, "not": 0, "broken": 3}}[state])
"""


@pytest.fixture
def repository(tmp_path):
    """Commits whose program shows the finding from the fifth on."""
    place = tmp_path / "code"
    (place / "zkos" / "cli").mkdir(parents=True)
    (place / "zkos" / "__init__.py").touch()
    (place / "zkos" / "cli" / "__init__.py").touch()
    program = PROGRAM.format(has=f"{PROBLEM.name}  title")
    (place / "zkos" / "cli" / "__main__.py").write_text(program)

    def git(*words):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
        command = ["git", "-C", str(place), *who, *words]
        subprocess.run(command, check=True, capture_output=True, env=environment)

    git("init", "-q")
    states = ("not", "not", "other", "broken", "has", "has", "broken", "has")
    for number, state in enumerate(states):
        (place / "state").write_text(state)
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", f"change {number} {state}")
    return place


def test_the_commit_that_brought_a_finding_is_found_and_kept(
    folder, repository, capsys
):
    name = PROBLEM.name
    code = bisect(folder.path, name[:12], "HEAD~7", "HEAD", None, repository, None)
    assert code == 0
    brought = read_brought(folder, name)
    assert brought.subject.endswith("change 4 has")
    assert len(brought.between) == 1  # the one before cannot be run
    assert "change 4 has" in capsys.readouterr().out
    assert "change 4 has" in issue(told(folder)[0])
    listed = ["git", "-C", str(repository), "worktree", "list"]
    left = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    assert len(left.splitlines()) == 1


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ("HEAD", "HEAD~7", "does not come after HEAD"),
        ("nothing", "HEAD", "git rev-parse"),
        ("HEAD~1", "HEAD", "cannot be run"),
    ],
)
def test_revisions_that_are_none_are_one_line(folder, repository, good, bad, reason):
    with pytest.raises(UserError) as caught:
        bisect(folder.path, PROBLEM.name, good, bad, None, repository, None)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_images_are_searched_by_name(tmp_path, monkeypatch):
    for number in range(6):
        (tmp_path / f"v{number}.bin").write_bytes(b"")

    def run(place, words):
        image = words[words.index("--image") + 1]
        return (1 if image[-5] >= "3" else 0), ""

    monkeypatch.setattr("fuzz.campaign.revisions._run", run)
    case = tmp_path / "case.json"
    assert bisect_images(tmp_path, "v0.bin", "v5.bin", case).first == "v3.bin"
    with pytest.raises(UserError, match=r"there is no image x\.bin"):
        bisect_images(tmp_path, "v0.bin", "x.bin", case)
