"""Campaigns on real Ray clusters: nodes are processes on loopback."""

import os
import shutil
import signal
import time

import pytest

from fuzz.campaign.folder import Folder
from fuzz.farm.hub import ANNOUNCED, announced
from fuzz.farm.parcel import digests
from tests.fuzz.campaigns import SEED, finish, kept_files, start, wait_until
from tests.fuzz.farm.clusters import ROOT, Node
from tests.fuzz.planted import NAME, PLACE

pytest.importorskip("ray")
pytestmark = pytest.mark.slow
RICH = f"{PLACE}rich"


@pytest.fixture(autouse=True)
def _open_cluster(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")


@pytest.fixture
def nodes():
    """Makes nodes, closed in the end."""
    made = []

    def make(*arguments, **options):
        made.append(Node(*arguments, **options))
        return made[-1].wait()

    yield make
    for node in reversed(made):
        node.close()


def check_announced(folder):
    """Everything announced is in the folder, byte by byte; how many rows."""
    path = folder / ANNOUNCED
    rows = announced(path.read_bytes()) if path.exists() else []
    for row in rows:
        files = {name: (folder / name).read_bytes() for name in row["files"]}
        if row["kind"] == "finding":  # what was learnt later is added to it
            name = f"findings/{row['name']}/finding.json"
            files.pop(name)
            assert Folder(folder).finding(row["name"])
            row["files"].pop(name)
        assert digests(files) == row["files"]
    return len(rows)


@pytest.mark.parametrize(("target", "runs"), [(NAME, "3000"), ("hashes", "150")])
def test_one_worker_of_a_cluster_does_what_a_local_one_does(
    tmp_path, nodes, target, runs
):
    head = nodes(2)
    options = ("--seed", SEED, "--runs", runs, "-j", "1")
    seen = []
    for name, more in (("far", ("--cluster", head.address)), ("here", ())):
        code, _, errors = finish(
            start(tmp_path / name, *options, *more, target=target), 400
        )
        assert code in (0, 1), errors
        seen.append(kept_files(tmp_path / name))
    assert seen[0] == seen[1]
    assert check_announced(tmp_path / "far") > 10


def lanes(folder, target):
    return len(list((folder / target).glob("lane-*.slot")))


def test_nodes_that_join_late_work_and_one_that_goes_is_replaced(tmp_path, nodes):
    head = nodes(1)
    folder = tmp_path / "c"
    process = start(folder, "--seed", SEED, "--cluster", head.address, target=RICH)
    wait_until(lambda: lanes(folder, RICH) == 1, process, 120)
    other = nodes(1, head)
    wait_until(lambda: lanes(folder, RICH) == 2, process, 120)
    before = check_announced(folder)
    other.kill()
    wait_until(lambda: check_announced(folder) > before + 50, process, 120)
    process.send_signal(signal.SIGINT)
    code, _, errors = finish(process)
    assert code == 130, errors
    assert "lost its station" in errors
    check_announced(folder)


def test_a_killed_driver_goes_on_with_one_command(tmp_path, nodes):
    head = nodes(1)
    folder = tmp_path / "c"
    storage = tmp_path / "store"
    options = ("--cluster", head.address, "--storage", str(storage))
    process = start(folder, "--seed", SEED, *options, target=RICH)
    wait_until(lambda: check_announced(folder) > 20, process, 120)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = check_announced(folder)
    kept = kept_files(folder)

    process = start(folder, target=())
    wait_until(lambda: check_announced(folder) > before + 20, process, 120)
    process.send_signal(signal.SIGINT)
    code, _, errors = finish(process)
    assert code == 130, errors
    assert kept.items() <= kept_files(folder).items()

    # The storage alone is enough, too.
    known = kept_files(folder)
    process = start(tmp_path / "again", *options, target=())
    wait_until(lambda: (tmp_path / "again" / "farm.json").exists(), process, 60)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    finish(process)
    assert known.items() <= kept_files(tmp_path / "again").items()


def test_a_node_with_other_code_is_refused_in_one_line(tmp_path, nodes):
    copy = tmp_path / "code"
    for package in ("zkos", "differential", "fuzz", "tests"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("spec")
        )
    with (copy / "fuzz" / "opcodes.py").open("a") as file:
        file.write("# another version\n")
    head = nodes(1)
    nodes(1, head, environment={"PYTHONPATH": str(copy)})
    folder = tmp_path / "c"
    options = ("--seed", SEED, "--cluster", head.address)
    # Ray's workers look for code where the driver runs, if they have that folder.
    process = start(folder, *options, target=RICH, cwd="/")
    wait_until(lambda: check_announced(folder) > 20, process, 120)
    time.sleep(20)
    process.send_signal(signal.SIGINT)
    _, _, errors = finish(process)
    lines = [line for line in errors.splitlines() if "refused" in line]
    assert len(lines) == 1, errors
    assert "another code version" in lines[0]
    assert lanes(folder, RICH) == 1


def test_no_cluster_is_one_line(tmp_path):
    process = start(tmp_path / "c", "--cluster", "127.0.0.1:1", target=NAME)
    code, _, errors = finish(process, 300)
    assert code == 2
    assert errors.strip().splitlines()[-1].startswith("zkos: --cluster 127.0.0.1:1: ")


def test_a_head_that_is_gone_ends_the_driver_which_says_how_to_go_on(tmp_path, nodes):
    head = nodes(1)
    folder = tmp_path / "c"
    options = ("--seed", SEED, "--cluster", head.address)
    process = start(folder, *options, target=RICH)
    wait_until(lambda: check_announced(folder) > 20, process, 120)
    head.kill()
    code, _, errors = finish(process, 120)
    assert code == 3, errors
    assert "Traceback" not in errors
    assert errors.strip().splitlines()[-1] == "zkos fuzz: the cluster's head is gone"
    assert f"resume with: zkos fuzz run --folder {folder}" in errors
    assert check_announced(folder) > 20
