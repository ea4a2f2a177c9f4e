"""Whoever cites the specification cites what is there."""

import ast

import pytest

from tests.specification import (
    DOCS,
    LATER,
    PAGES,
    ROOT,
    SPEC,
    SPECS,
    Citation,
    citations,
    numbers,
    references,
    short_citations,
    sources,
)

KNOWN = {page: numbers(page) for page in PAGES}
for version in LATER:
    for page in PAGES:
        there = numbers(page, SPECS / version)
        KNOWN[f"{version}/{page}"] = KNOWN[page] | there


def check(found: list[Citation]) -> None:
    stale = [
        f"{citation.place} {citation.text!r}: no {citation.number}"
        for citation in found
        if citation.number not in KNOWN.get(citation.page, set())
    ]
    assert not stale, "\n".join(stale)


def test_citations_of_sources_exist():
    found = [
        citation
        for path in sources()
        if path.name not in ("test_spec.py", "specification.py")
        for citation in citations(path.read_text(), str(path.relative_to(ROOT)))
    ]
    assert len(found) > 100
    check(found)


def test_sections_of_declared_differences_exist():
    path = ROOT / "differential" / "known.py"
    found: list[Citation] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            cited = list(short_citations(node.value, f"known.py:{node.lineno}"))
            if cited and node.value.startswith(cited[0].text):
                found += cited
    assert found
    check(found)


@pytest.mark.parametrize("page", [*PAGES, "faults"])
def test_references_between_pages_exist(page):
    check(list(references(SPEC / f"{page}.md")))


@pytest.mark.parametrize("page", [*PAGES, "faults"])
@pytest.mark.parametrize("version", LATER)
def test_references_between_later_pages_exist(version, page):
    found = references(SPECS / version / f"{page}.md")
    check([item._replace(page=f"{version}/{item.page}") for item in found])


def test_a_later_citation_names_what_its_version_says():
    assert "6.8" in KNOWN["v31/system"] - KNOWN["system"]
    assert "13" in KNOWN["v31/bootloader"] - KNOWN["bootloader"]


def test_references_of_other_pages_exist():
    for path in [*DOCS.glob("*.md"), *(ROOT / "zkos" / "guest").glob("*.md")]:
        check(list(references(path)))


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("(bootloader spec 4.15).", ["bootloader 4.15"]),
        ("EVM spec 3 and 4: who pays", ["evm 3", "evm 4"]),
        ("oracle spec 2 and 3 for it", ["oracle 2", "oracle 3"]),
        ("state spec 3.1, 3.2).", ["state 3.1", "state 3.2"]),
        ("system spec 3.3, 124 bytes", ["system 3.3"]),
        (
            "Bootloader spec 4, steps 3 to 5 and 16.",
            ["bootloader 4", "bootloader 4.3", "bootloader 4.5", "bootloader 4.16"],
        ),
        (
            "bootloader spec 4, steps 5, 13, and 6.3",
            ["bootloader 4", "bootloader 4.5", "bootloader 4.13", "bootloader 6.3"],
        ),
        ("# machine\n    # spec 4.1 and 4.2;", ["machine 4.1", "machine 4.2"]),
        ("as upstream does (spec 11).", [" 11"]),
        ("(v31 system spec 6.8).", ["v31/system 6.8"]),
    ],
)
def test_citations_are_read(text, cited):
    found = [f"{item.page} {item.number}" for item in citations(text, "x")]
    assert found == cited


def test_points_letters_and_rows_can_be_cited():
    assert {"3", "3.1", "3.3a", "4.11f", "4.16"} <= KNOWN["bootloader"]
    assert {"4.2", "6.11"} <= KNOWN["evm"]
    assert "6.1" not in KNOWN["evm"]
    assert {"3.5", "3.5.1", "4.1"} <= KNOWN["system"]
