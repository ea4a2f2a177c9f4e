"""The package as others install it: a wheel, away from the repository."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheel holds; skips where none can be built."""
    place = tmp_path_factory.mktemp("wheel")
    # Building leaves its traces in the source.
    source = place / "source"
    left_out = shutil.ignore_patterns(
        ".*", "build", "dist", "*.egg-info", "__pycache__"
    )
    shutil.copytree(ROOT, source, ignore=left_out)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet"]
    done = subprocess.run(
        [*command, "--wheel-dir", place, source],
        capture_output=True,
        text=True,
        check=False,
        cwd=place,
    )
    if done.returncode and "No matching distribution" in done.stderr:
        pytest.skip("setuptools cannot be had here")
    assert done.returncode == 0, done.stderr
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"


def run(installed, *words, timeout=600):
    """A command of the installed package, from an empty folder."""
    folder = installed.parent / "elsewhere"
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )


PROBE = """
import json, zkos, fuzz.shipped
from fuzz.campaign.cycles import fixed_cases
from fuzz.targets.catalogue import NAMES, seed_folder
from fuzz.targets.oss_fuzz import dictionary, OPTIONS
print(json.dumps({
    "zkos": zkos.__file__,
    "cases": sorted(fixed_cases()),
    "seeds": {name: len(list(seed_folder(name).glob("*"))) for name in NAMES},
    "settings": all(map(lambda name: dictionary(name).is_file(), NAMES))
    and OPTIONS.is_file(),
}))
"""


def test_the_wheel_has_the_corpora_and_all_data(installed):
    from fuzz.campaign.cycles import fixed_cases
    from fuzz.targets.catalogue import NAMES, seed_folder

    done = run(installed, "-c", PROBE)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["zkos"].startswith(str(installed))
    assert found["cases"] == sorted(fixed_cases())
    seeds = {name: len(list(seed_folder(name).glob("*"))) for name in NAMES}
    assert found["seeds"] == seeds
    assert found["settings"]


@pytest.mark.slow
def test_commands_and_a_night_from_the_wheel(installed):
    corpora = installed / "fuzz" / "corpora"
    case = corpora / "transfers" / "all_kinds.json"
    zkos = ("-m", "zkos.cli")
    for words in (
        ("run", case),
        ("diff", case, "--html", "run.html"),
        ("trace", case),
        ("engines",),
        ("cache", "show"),
    ):
        done = run(installed, *zkos, *map(str, words))
        assert done.returncode == 0, done.stderr
    pytest_run = ("-m", "pytest", "--cases", str(case))
    done = run(installed, *pytest_run, "--engine", "native", "--engine", "cpython")
    assert done.returncode == 0, done.stdout
    plan = ("--time", "20s", "-j", "1", "--mutants", "0", "--folder", "night")
    done = run(installed, *zkos, "fuzz", "night", "hashes", *plan)
    assert done.returncode == 0, done.stderr
    night = installed.parent / "elsewhere" / "night"
    assert "Cycles of fixed cases" in (night / "report.html").read_text()
    (row,) = json.loads((night / "history.json").read_text())
    assert row["cycles"]
