"""Which instance a file of blocks is for: it says so itself."""

import gzip
import zlib
from pathlib import Path
from typing import Final

from differential.ethereum.writing import FORMAT
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node, read_json
from zkos.versions import Instance

SUFFIXES: Final = (".json", ".json.gz")
_HEAD_BYTES: Final = 4096
_WORDS: Final = (b'"instance"', FORMAT.encode())
"""One of them is near the start of each file that is not for ZKsync OS."""


def instance_of_file(path: Path) -> Instance:
    """The instance of a file of cases or blocks; ZKsync OS where it says nothing.

    What cannot be read is left to whoever reads all of it. Raises CaseError for an
    instance that there is not.
    """
    if not path.name.endswith(SUFFIXES):
        return Instance.ZK
    try:
        head = _head(path)
    except (OSError, EOFError, zlib.error):
        return Instance.ZK
    if not any(word in head for word in _WORDS):
        return Instance.ZK
    return instance_of(read_json(path))


def instance_of(root: Node) -> Instance:
    """The instance that the content of a file names; raises CaseError."""
    if not isinstance(root.value, dict):
        return Instance.ZK
    fields = root.members()
    if "instance" in fields:
        return read_instance(fields["instance"])
    is_block = "format" in fields and fields["format"].value == FORMAT
    return Instance.ETHEREUM if is_block else Instance.ZK


def read_instance(node: Node) -> Instance:
    """An instance by its name; raises CaseError."""
    known = {instance.value: instance for instance in Instance}
    name = node.text()
    if name not in known:
        node.fail(f"no instance {name!r}: there is {', '.join(known)}")
    return known[name]


def common_instance(
    places: list[Path], given: Instance | None, cases: tuple[str, ...]
) -> Instance:
    """The instance of all files, which must be the one given, if any is.

    A folder is for ZKsync OS if it holds files with such endings, but for those of
    Ethereum's blocks. Raises CaseError where files are of different instances.
    """
    found = given
    for place in places:
        for path, instance in _instances(place, given, cases):
            if found is None:
                found = instance
            if instance is not found:
                said = "--instance says" if given else "the file before it is of"
                reason = f"of instance {instance.value}, {said} {found.value}"
                raise CaseError(str(path), "instance", reason)
    return found or Instance.ZK


def _instances(
    place: Path, given: Instance | None, cases: tuple[str, ...]
) -> list[tuple[Path, Instance]]:
    """A file with its instance; of a folder, what it is taken for."""
    if not place.exists() and place.name != "-":
        return []  # whoever reads it says so
    if not place.is_dir():
        return [(place, instance_of_file(place))]
    files = [path for path in place.rglob("*") if path.name.endswith(cases)]
    kinds = {instance_of_file(path) for path in files}
    if given in kinds or not kinds:
        return []  # the others in it are passed over
    if Instance.ZK in kinds:
        return [(place, Instance.ZK)]
    return [(place, Instance.ETHEREUM)]


def _head(path: Path) -> bytes:
    if path.name.endswith(".gz"):
        with gzip.open(path) as file:
            return file.read(_HEAD_BYTES)
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
