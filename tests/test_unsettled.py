"""What is not known of a version: named once, told in runs, written in its pages."""

import re

import pytest

from tests.cli.support import zkos_here
from tests.specification import ROOT, SPEC
from zkos.lang.linkage import source_path
from zkos.unsettled import UNSETTLED, Open, lines
from zkos.versions import Protocol

PAGE = SPEC.parent / "v32" / "changes.md"
ITEMS = UNSETTLED[Protocol.V32]


def headings(text: str) -> set[str]:
    return set(re.findall(r"^##+ ([0-9]+(?:\.[0-9]+)*)\.? ", text, re.MULTILINE))


def test_every_version_has_a_list():
    assert set(UNSETTLED) == set(Protocol)
    assert not lines(Protocol.V30)
    assert len({item.name for item in ITEMS}) == len(ITEMS) > 10


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_a_question_has_one_owner_and_a_section(item: Open):
    text = PAGE.read_text()

    assert source_path(item.owner) is not None
    assert item.section in headings(text)
    assert f"`{item.name}`" in text


def test_names_in_the_page_are_questions():
    text = PAGE.read_text()
    names = set(re.findall(r"`([a-z0-9_]+)`", text))
    assert names - {"zkos"} == {item.name for item in ITEMS}


def test_citations_of_the_page_exist():
    known = headings(PAGE.read_text())
    stale = []
    for folder in ("zkos", "differential", "fuzz", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            for cited in re.findall(r"\bv32 ((?:[0-9.]+(?:, )?)+)", text):
                numbers = {part.strip().rstrip(".") for part in cited.split(",")}
                stale += [(path.name, number) for number in numbers - known - {""}]
    assert not stale


def test_a_run_says_once_what_is_open():
    case = ROOT / "corpora" / "transfers" / "self_and_zero.json"

    done = zkos_here("run", case, case, "--engine", "cpython", "--protocol", "v32")

    said = done.stderr.splitlines()
    assert done.returncode == 0
    for line in lines(Protocol.V32):
        assert said.count(f"zkos: {line}") == 1


def test_a_run_of_a_settled_version_says_nothing():
    case = ROOT / "corpora" / "transfers" / "self_and_zero.json"

    done = zkos_here("run", case, "--engine", "cpython", "--json")

    assert "does not settle" not in done.stderr


def test_engines_list_what_is_open():
    done = zkos_here("engines")

    for line in lines(Protocol.V32):
        assert line in done.stdout
