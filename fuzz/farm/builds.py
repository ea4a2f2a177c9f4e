"""Compiled builds that machines of a farm share, by name and digest."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from zkos.compiler.cache_folder import folder
from zkos.terminal.files import read_file, write_file

Builds = Mapping[str, str]
"""Files of the cache and their SHA-256."""


def digests_of(names: Iterable[str]) -> dict[str, str]:
    """The builds of these names that are compiled on this machine."""
    return {
        name: hashlib.sha256(read_build(name)).hexdigest()
        for name in names
        if is_build(name) and (folder() / name).is_file()
    }


def read_build(name: str) -> bytes:
    """A build as it lies in the cache; raises FileError."""
    return read_file(folder() / name)


def missing(wanted: Builds) -> tuple[list[str], str | None]:
    """The builds this machine lacks, and one that it has with another content."""
    lacks = []
    for name, digest in wanted.items():
        path = folder() / name
        if not path.is_file():
            lacks.append(name)
        elif hashlib.sha256(read_file(path)).hexdigest() != digest:
            return [], name
    return lacks, None


def take_builds(wanted: Builds, contents: Mapping[str, bytes]) -> str | None:
    """Put builds into the cache; the name of one that came damaged, or None."""
    for name, content in contents.items():
        good = hashlib.sha256(content).hexdigest() == wanted.get(name)
        if not good or Path(name).name != name or not is_build(name):
            return name
        write_file(folder() / name, content)
    return None


def is_build(name: str) -> bool:
    """Whether a file of the cache was compiled: the rest each machine has itself."""
    stem, _, kind = name.partition(".")
    return len(stem) == 64 and set(stem) <= set("0123456789abcdef") and bool(kind)
