"""What is shown of a campaign is what its folder says."""

import io
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from rich.console import Console

from fuzz.campaign.folder import FolderError
from fuzz.campaign.roster import Roster, Row, read_roster, state_of, write_roster
from fuzz.watch import metrics
from fuzz.watch.figures import Watched
from fuzz.watch.terminal import view
from tests.fuzz.watch.simulated import TARGETS, add_finding, simulated


def fetched(address, **headers):
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def refused(address, **headers):
    """The status of an answer that is an error."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetched(address, **headers)
    caught.value.close()
    return caught.value.code


@contextmanager
def watching(place, *options):
    """`zkos watch` on a free port; its address."""
    command = [sys.executable, "-m", "zkos.cli", "watch", str(place), "--port", "0"]
    process = subprocess.Popen(
        [*command, *options], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        words = ""
        while not (found := re.search(r"http://127\.0\.0\.1:[0-9]+/", words)):
            word = process.stderr.readline()
            assert word, words
            words += word
        yield found[0]
    finally:
        process.kill()
        process.communicate()


def test_figures_are_those_of_the_folder(tmp_path):
    watched = Watched(simulated(tmp_path / "c"))
    now = watched.figures()
    assert now["found"] == 20
    assert now["findings"] == {"diverge": 10, "crash": 10}
    assert now["running"]
    assert [row["lane"] for row in now["workers"]] == list(range(6))
    assert sum(node["workers"] for node in now["nodes"]) == 6
    assert now["targets"][TARGETS[0]]["executions"] == 1000 + 1002 + 1004
    json.dumps(now)


def test_findings_come_once_in_the_order_they_were_seen(tmp_path):
    folder = simulated(tmp_path / "c", findings=3)
    watched = Watched(folder)
    watched.figures()
    first = watched.rows(0)
    assert len(first) == 3
    new = add_finding(folder, 99)
    watched._read = 0.0
    assert watched.figures()["found"] == 4
    assert [row["name"] for row in watched.rows(3)] == [new.name]
    assert watched.rows(0)[:3] == first
    assert watched.rows(4) == []
    assert f"zkos fuzz replay {new.name}" in watched.rows(3)[0]["replay"]


def test_a_damaged_finding_is_left_out(tmp_path):
    folder = simulated(tmp_path / "c", findings=2)
    next((tmp_path / "c" / "findings").glob("*/finding.json")).write_text("{")
    assert Watched(folder).figures()["found"] == 1


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (Row(0, "t", "working", busy_seconds=1), "working"),
        (Row(0, "t", "working", busy_seconds=9), "slow"),
        (Row(0, "t", "working", silent_seconds=60), "silent"),
        (Row(0, "t", "done", busy_seconds=9), "done"),
    ],
)
def test_slow_and_silent_workers_are_told(row, state):
    assert state_of(row, 20.0) == state


def test_a_roster_that_is_torn_is_empty(tmp_path):
    assert read_roster(tmp_path) == Roster(0.0)
    write_roster(tmp_path, [Row(1, "t", "working")], "away")
    known = read_roster(tmp_path)
    assert (known.rows, known.trouble) == ((Row(1, "t", "working"),), "away")
    text = (tmp_path / "roster.json").read_text()
    (tmp_path / "roster.json").write_text(text[:-9])
    assert read_roster(tmp_path) == Roster(0.0)


LINE = re.compile(r'[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)*\})? [0-9.e+]+')


def test_metrics_are_in_prometheus_format(tmp_path):
    figures = Watched(simulated(tmp_path / "c")).figures()
    figures["nodes"][0]["node"] = 'a "node"\\\n'
    lines = metrics.text(figures).splitlines()
    kinds = {}
    for line in lines:
        if line.startswith("# TYPE"):
            kinds[line.split()[2]] = line.split()[3]
        elif not line.startswith("#"):
            assert LINE.fullmatch(line), line
            assert re.match("[a-z_]+", line)[0] in kinds
    assert 'zkos_fuzz_executions_total{target="oracle"} 3009' in lines
    assert all(
        name.endswith("_total") == (kind == "counter") for name, kind in kinds.items()
    )


def test_the_terminal_shows_the_same(tmp_path):
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(view(Watched(simulated(tmp_path / "c"))))
    text = console.export_text()
    assert "running for" in text
    assert "20 findings" in text
    assert all(name in text for name in (*TARGETS, "10.0.0.3", "crash-"))


def test_the_server_answers_on_loopback_and_to_nobody_else(tmp_path):
    pytest.importorskip("uvicorn")
    folder = simulated(tmp_path / "c")
    name = Watched(folder).folder.findings()[0].name
    with watching(folder.path) as address:
        assert "<title>Campaign, seed 7</title>" in fetched(address)
        assert json.loads(fetched(f"{address}figures.json"))["found"] == 20
        rows = json.loads(fetched(f"{address}findings.json?after=15"))
        assert [row["number"] for row in rows] == [15, 16, 17, 18, 19]
        assert "zkos_fuzz_findings_total" in fetched(f"{address}metrics")
        assert "<svg" in fetched(f"{address}charts")
        assert fetched(f"{address}findings/{name}/case.json") == "{}"
        with urllib.request.urlopen(f"{address}lines", timeout=30) as answer:
            lines = [json.loads(answer.readline()) for _ in range(2)]
        assert [line["found"] for line in lines] == [20, 20]
        for path in (
            "findings/..%2f..%2fcampaign.json/x",
            "findings/../campaign.json",
            "findings/x/index.html",
            f"findings/{name}/..%2f..%2f..%2fcampaign.json",
            "findings.json?after=x",
        ):
            assert refused(f"{address}{path}") in (400, 404), path
        assert refused(f"{address}figures.json", Host="elsewhere.example") == 400


def test_what_is_no_campaign_is_one_line(tmp_path):
    command = [sys.executable, "-m", "zkos.cli", "watch", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    with pytest.raises(FolderError):
        Watched(simulated(tmp_path / "c").__class__(tmp_path)).figures()


def test_a_port_that_is_taken_is_one_line(tmp_path):
    pytest.importorskip("uvicorn")
    folder = simulated(tmp_path / "c", findings=0)
    with watching(folder.path) as address:
        port = address.rstrip("/").rpartition(":")[2]
        command = [sys.executable, "-m", "zkos.cli", "watch", str(folder.path)]
        done = subprocess.run(
            [*command, "--port", port], capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert f"--port {port}" in done.stderr
