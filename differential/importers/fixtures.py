"""Files of fixtures, whatever their format, alone or in archives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final, TypeAlias

from differential.importers.block_test import BlockTest, parse_block_test
from differential.importers.state_test import (
    FORKS,
    StateTest,
    parse_state_test,
)
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node, read_json
from zkos.terminal import archives
from zkos.terminal.files import FileError, writing

Fixture: TypeAlias = StateTest | BlockTest
_JSON: Final = (".json", ".json.gz")
_NO_FIXTURES: Final = ("index.json", ".index.json")
"""Lists of fixtures that come with them."""


@dataclass(frozen=True, slots=True)
class FixtureFile:
    """A file of fixtures."""

    path: Path
    member: str = ""
    """What it is called in the archive it was unpacked from."""

    @property
    def name(self) -> str:
        return self.member or str(self.path)


def find_files(paths: Sequence[Path], place: Path) -> list[FixtureFile]:
    """All fixture files under some paths, sorted; raises CaseError.

    Those in archives are unpacked into the folder `place`, under names of ours.
    """
    files: list[FixtureFile] = []
    for path in paths:
        before = len(files)
        for item in _wanted(path) if path.is_dir() else (path,):
            files.extend(_files_of(item, place))
        if len(files) == before:
            raise CaseError(str(path), "", "holds no fixture")
    return files


def _wanted(folder: Path) -> Iterator[Path]:
    """What is called like fixtures below a folder; links that lead nowhere are not."""
    for item in sorted(folder.rglob("*")):
        named = item.name.endswith((*archives.SUFFIXES, *_JSON))
        if named and item.name not in _NO_FIXTURES and item.is_file():
            yield item


def _files_of(path: Path, place: Path) -> Iterator[FixtureFile]:
    if not path.name.endswith(archives.SUFFIXES):
        yield FixtureFile(path)
        return
    try:
        for name, content in archives.members(path):
            if name.endswith(".json") and Path(name).name not in _NO_FIXTURES:
                with writing(place), _new_file(place) as unpacked:
                    unpacked.write(content)
                yield FixtureFile(Path(unpacked.name), name)
    except FileError as error:
        raise CaseError(str(path), "", error.reason) from error


def _new_file(place: Path) -> IO[bytes]:
    return NamedTemporaryFile(dir=place, suffix=".json", delete=False)


def load_file(file: FixtureFile, forks: Sequence[str] = FORKS) -> list[Fixture]:
    """The cases of a file for the first of some forks; raises CaseError."""
    return fixtures_of(read_json(file.path, file.name), forks)


def fixtures_of(root: Node, forks: Sequence[str] = FORKS) -> list[Fixture]:
    """The cases of the JSON of a file for the first of some forks; raises CaseError."""
    fixtures: list[Fixture] = []
    for name, test in root.members().items():
        if "blocks" in test.members():
            fixtures.extend(parse_block_test(root.source, name, test, forks))
        else:
            fixtures.extend(parse_state_test(root.source, name, test, forks))
    return fixtures
