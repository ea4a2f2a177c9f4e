"""Files of fixtures, whatever their format, alone or in tar archives."""

import json
import lzma
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from differential.importers.block_test import BlockTest, parse_block_test
from differential.importers.state_test import (
    FORKS,
    StateTest,
    parse_state_test,
)
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import MAX_CASE_BYTES, Node, read_json

Fixture: TypeAlias = StateTest | BlockTest
ARCHIVES: Final = (".tar", ".tar.xz", ".tar.gz", ".tgz")
_JSON: Final = (".json", ".json.gz")
_NO_FIXTURES: Final = ("index.json", ".index.json")
"""Lists of fixtures that come with them."""


@dataclass(frozen=True, slots=True)
class FixtureFile:
    """A file of fixtures."""

    path: Path
    member: str = ""
    """Its name in the archive `path`, if that is one."""
    content: bytes = field(default=b"", repr=False)
    """Of a member: an archive is read once and not once a member."""

    @property
    def name(self) -> str:
        return self.member or str(self.path)


def find_files(paths: Sequence[Path]) -> list[FixtureFile]:
    """All fixture files under some paths, sorted; raises CaseError."""
    files: list[FixtureFile] = []
    for path in paths:
        if path.is_dir():
            found = (item for item in sorted(path.rglob("*")) if item.is_file())
            wanted = [item for item in found if item.name.endswith(ARCHIVES + _JSON)]
            for item in wanted:
                if item.name not in _NO_FIXTURES:
                    files.extend(_files_of(item))
        else:
            files.extend(_files_of(path))
    return files


def _files_of(path: Path) -> list[FixtureFile]:
    if not path.name.endswith(ARCHIVES):
        return [FixtureFile(path)]
    files = []
    try:
        with tarfile.open(path) as archive:
            for item in archive:
                file = archive.extractfile(item)
                if file is None or not item.name.endswith(".json"):
                    continue
                if item.size > MAX_CASE_BYTES:
                    raise CaseError(str(path), item.name, "too large")
                files.append(FixtureFile(path, item.name, file.read()))
    except (OSError, tarfile.TarError, EOFError, lzma.LZMAError) as error:
        raise CaseError(str(path), "", f"not an archive: {error}") from error
    return files


def load_file(file: FixtureFile, forks: Sequence[str] = FORKS) -> list[Fixture]:
    """The cases of a file for the first of some forks; raises CaseError."""
    root = _parse(file)
    fixtures: list[Fixture] = []
    for name, test in root.members().items():
        if "blocks" in test.members():
            fixtures.extend(parse_block_test(root.source, name, test, forks))
        else:
            fixtures.extend(parse_state_test(root.source, name, test, forks))
    return fixtures


def _parse(file: FixtureFile) -> Node:
    if not file.member:
        return read_json(file.path)
    try:
        return Node(file.member, "", json.loads(file.content))
    except (ValueError, RecursionError) as error:
        raise CaseError(file.member, "", f"not JSON: {error}") from error
