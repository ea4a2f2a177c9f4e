"""The specification as data: which headings and points there are, who cites them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "zkos" / "docs"
SPECS = DOCS / "spec"
SPEC = SPECS / "v30"
LATER = ("v31",)
"""Versions whose pages are differences."""
PAGES = ("machine", "oracle", "transactions", "bootloader", "evm", "system", "state")
FOLDERS = ("zkos", "differential", "fuzz", "tests")

_NAME = rf"\b(?P<page>{'|'.join(PAGES)})\b"
_NUMBER = r"[1-9]\d*(?:\.\d+)*[a-z]?\b"
_END = r"(?=[.,;:)\]\"'`]|\s+(?:and|to|or|for|with|in)\b|\s*$)"
_MORE = rf"(?:,?\s+(?:and|or|to)\s+|,\s+|-){_NUMBER}{_END}"
_LIST = rf"{_NUMBER}(?:{_MORE})*"
_STEPS = rf"(?:,?\s+(?:steps?|points?|sections?)\s+(?P<steps>{_LIST}))?"
_CITATION = re.compile(
    rf"(?:\b(?P<version>{'|'.join(LATER)}) )?{_NAME} spec(?:'s)?(?:\s+sections?)?\s+"
    rf"(?P<sections>{_LIST}){_STEPS}",
    re.I,
)
_NAMELESS = re.compile(rf"(?P<before>\w+)?[\s(]+spec (?P<number>{_NUMBER})", re.I)
_SHORT = re.compile(rf"{_NAME} (?P<sections>{_LIST})", re.I)
_REFERENCE = re.compile(
    rf"`{_NAME}\.md`(?:,? no\.)? (?P<sections>{_LIST})(?:, no\. (?P<row>\d+))?"
)


_OWN = re.compile(rf"\b[Ss]ections? (?P<sections>{_LIST})")


class Citation(NamedTuple):
    place: str
    """File and line."""
    page: str
    number: str
    text: str


def numbers(page: str, folder: Path = SPEC) -> set[str]:
    """Every number of a page that may be cited.

    A heading counts as it stands; below it the points of a numbered list, their
    letters, and the rows of a table whose first column is "no.".
    """
    found: set[str] = set()
    section = point = ""
    rows = fenced = False
    for line in (folder / f"{page}.md").read_text().splitlines():
        fenced ^= line.startswith("```")
        if fenced:
            continue
        if heading := re.match(r"#+ (?:(\d+(?:\.\d+)*)[. ])?", line):
            point = ""
            if heading[1]:
                section = heading[1]
                found.add(section)
            elif line.startswith("## "):
                section = ""
        elif not section:
            continue
        elif item := re.match(r"(\d+)\. ", line):
            point = f"{section}.{item[1]}"
            found.add(point)
        elif point and (letter := re.match(r"    ([a-z])\. ", line)):
            found.add(point + letter[1])
        elif line.startswith("|"):
            cell = line.split("|")[1].strip()
            rows = cell == "no." or rows
            if rows and cell.isdigit():
                found.add(f"{section}.{cell}")
        else:
            rows = False
    return found


class Flat(NamedTuple):
    text: str
    """One line, comment marks gone, single spaces between its words."""
    lines: list[int]
    """The line each character came from."""


def flat(text: str) -> Flat:
    parts: list[str] = []
    lines: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        part = " ".join(line.strip().lstrip("#").split()) + " "
        parts.append(part)
        lines += [number] * len(part)
    return Flat("".join(parts), lines)


def listed(text: str) -> list[str]:
    return re.findall(_NUMBER, text)


def citations(text: str, place: str) -> Iterator[Citation]:
    """What a source file cites, by "NAME spec NUMBERS"."""
    plain, lines = flat(text)
    for match in _CITATION.finditer(plain):
        where = f"{place}:{lines[match.start()]}"
        page, said = match["page"].lower(), match[0]
        if match["version"]:
            page = f"{match['version']}/{page}"
        sections = listed(match["sections"])
        for number in sections:
            yield Citation(where, page, number, said)
        for step in listed(match["steps"] or ""):
            number = step if "." in step else f"{sections[-1]}.{step}"
            yield Citation(where, page, number, said)
    for match in _NAMELESS.finditer(plain):
        if (match["before"] or "").lower() not in PAGES:
            where = f"{place}:{lines[match.start()]}"
            yield Citation(where, "", match["number"], match[0].strip())


def short_citations(text: str, place: str) -> Iterator[Citation]:
    """What the value of a rule's section cites: "evm 6.3, system 5"."""
    for match in _SHORT.finditer(text):
        for number in listed(match["sections"]):
            yield Citation(place, match["page"].lower(), number, match[0])


def references(page: Path) -> Iterator[Citation]:
    """What a page refers to, by "`NAME.md` NUMBERS" and by "section NUMBERS"."""
    plain, lines = flat(page.read_text())
    for match in _REFERENCE.finditer(plain):
        where = f"{page.name}:{lines[match.start()]}"
        sections = listed(match["sections"])
        for number in sections:
            yield Citation(where, match["page"], number, match[0])
        if match["row"]:
            number = f"{sections[-1]}.{match['row']}"
            yield Citation(where, match["page"], number, match[0])
    if page.stem in PAGES:
        for match in _OWN.finditer(plain):
            where = f"{page.name}:{lines[match.start()]}"
            for number in listed(match["sections"]):
                yield Citation(where, page.stem, number, match[0])


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    text = (SPEC / f"{page}.md").read_text()
    lines = text[text.index(f"\n{heading}") :].splitlines()
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            rows.append([cell.strip() for cell in cells])
        elif rows:
            break
    return rows[2:]
