"""Whatever names a case: a case file, a scenario, or `-` for standard input."""

import sys
from functools import cache
from pathlib import Path
from typing import Final

from zkos.cases.scenarios.reading import Scenario, is_scenario, read_scenario
from zkos.cases.scenarios.yaml_text import SUFFIXES, parse_yaml
from zkos.host.case import Case, read_case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import MAX_CASE_BYTES, Node, parse_json, read_json
from zkos.terminal.files import FileError, read_file, read_limited

STANDARD_INPUT: Final = Path("-")
_FOREIGN: Final = (
    (
        ("format", "fork", "blocks"),
        "blocks of the Ethereum instance: zkos run, diff, trace and minimise take them",
    ),
    (
        ("parentHash", "stateRoot"),
        "a block of a chain: zkos corpus import --prestate makes a case of it",
    ),
    (
        ("pre", "post"),
        "a test of Ethereum's suites: zkos statetest runs it",
    ),
    (
        ("pre", "blocks"),
        "a test of Ethereum's suites: zkos blocktest runs it",
    ),
)
"""Members by which other files are known, and what they are."""


def load_case(path: Path) -> Case:
    """The case that a path names; raises CaseError, UserError for missing packages."""
    root = _root(path)
    if is_scenario(root):
        return read_scenario(root, _folder(path)).case
    reason = _what_else(root)
    if reason is not None:
        root.fail(f"not a case but {reason}")
    return read_case(root)


def load_scenario(path: Path) -> Scenario:
    """The scenario that a path names; raises CaseError and UserError likewise."""
    root = _root(path)
    if not is_scenario(root):
        root.fail("not a scenario: it has neither steps nor blocks")
    return read_scenario(root, _folder(path))


def _root(path: Path) -> Node:
    if path == STANDARD_INPUT:
        content = _standard_input()
        if content.lstrip().startswith(b"{"):
            return parse_json(content, str(path))
        return parse_yaml(content, str(path))
    if not path.name.endswith(SUFFIXES):
        return read_json(path)
    try:
        content = read_file(path, MAX_CASE_BYTES)
    except FileError as error:
        raise CaseError(str(path), "", error.reason) from error
    return parse_yaml(content, str(path))


@cache
def _standard_input() -> bytes:
    """Read once; several parts of a command want it."""
    try:
        return read_limited(sys.stdin.buffer, MAX_CASE_BYTES, STANDARD_INPUT)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise CaseError(str(STANDARD_INPUT), "", reason) from error
    except FileError as error:
        raise CaseError(str(STANDARD_INPUT), "", error.reason) from error


def _folder(path: Path) -> Path:
    return Path() if path == STANDARD_INPUT else path.parent


def _what_else(root: Node) -> str | None:
    """What a file is that is no case, as far as that is known."""
    value = root.value
    if not isinstance(value, dict) or "block" in value:
        return None
    for inside in (value, value.get("result"), next(iter(value.values()), None)):
        for members, what in _FOREIGN:
            if isinstance(inside, dict) and inside.keys() >= set(members):
                return what
    return None
