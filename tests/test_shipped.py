"""The vectors that ship: they are there, and they are the published ones."""

import json

import pytest

from tests.conftest import must_run
from tests.shipped import reduced
from tests.support.published import FOLDER, SHIPPED, SHIPPED_NAMES
from zkos.host.case import load_case


@pytest.mark.published
def test_vectors_ship():
    assert len(SHIPPED_NAMES) >= 25
    assert {path.name.partition(".")[0] for path in SHIPPED.glob("*.json")} == {
        *SHIPPED_NAMES
    }


def test_readme_says_what_ships():
    readme = (SHIPPED / "README.md").read_text()
    for name in SHIPPED_NAMES:
        assert f"`{name}`" in readme


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the whole set is not there")
@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_what_ships_is_what_is_published(name):
    answers = [
        json.loads((folder / f"{name}.expected.json").read_text())
        for folder in (FOLDER, SHIPPED)
    ]
    assert reduced(answers[0]) == answers[1]
    assert load_case(FOLDER / f"{name}.json") == load_case(SHIPPED / f"{name}.json")


@pytest.mark.parametrize(
    ("ci", "fails"),
    [("true", True), ("1", True), ("false", False), ("0", False), ("", False)],
)
def test_ci_skips_no_vector(monkeypatch, request, ci, fails):
    monkeypatch.setenv("CI", ci)
    assert not must_run(request.node)
    request.node.add_marker("published")
    assert must_run(request.node) is fails
