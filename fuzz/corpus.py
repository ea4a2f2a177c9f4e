"""Corpora on disk: a folder of inputs named by their content, written atomically.

A reader at any moment, also after a writer was killed, sees whole inputs only.
Which inputs are worth keeping is decided here only for `distil`.
"""

import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from fuzz.coverage.engine import Search, name_of, observe
from fuzz.coverage.target import Target
from zkos.terminal.archives import is_archive, members
from zkos.terminal.files import PARTS, FileError, read_file, write_file

I = TypeVar("I")  # noqa: E741 (an input)
TEMPORARY: Final = PARTS
"""How names of files begin that are not whole."""
_FAIR_PARTS: Final = 8
"""How many times its even share of the bytes an input may take."""


def write_atomically(path: Path, content: bytes) -> None:
    """Create or replace a file: it is whole or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, content)


class Corpus:
    """A folder of inputs."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder = folder
        self._suffix = suffix

    def add(self, content: bytes) -> str:
        """Store an input; its name. An input that is there stays."""
        name = name_of(content)
        path = self.path(name)
        if not path.exists():
            write_atomically(path, content)
        return name

    def path(self, name: str) -> Path:
        """Where the input of this name is."""
        return self.folder / (name + self._suffix)

    def read(self, name: str) -> bytes:
        """An input; FileError if it is not there."""
        return read_file(self.path(name))

    def read_whole(self, name: str) -> bytes:
        """An input stored by `add`; FileError also if it was changed since."""
        content = self.read(name)
        if name_of(content) != name:
            raise FileError(self.path(name), "damaged: its name is not of its content")
        return content

    def names(self) -> list[str]:
        """All inputs, in the order they came."""
        if not self.folder.is_dir():
            return []
        rows = []
        for item in os.scandir(self.folder):
            named = item.name.endswith(self._suffix) and not item.name.startswith(".")
            if named and item.is_file():
                with suppress(OSError):  # somebody removed it meanwhile
                    rows.append((item.stat().st_mtime_ns, item.name))
        return [name.removesuffix(self._suffix) for _, name in sorted(rows)]

    def contents(self) -> Iterator[bytes]:
        """All inputs in order."""
        for name in self.names():
            with suppress(FileError):
                yield self.read(name)

    def remove(self, name: str) -> None:
        """Forget an input."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what interrupted writers left; how many files."""
        left = list(self.folder.glob(f"{TEMPORARY}*")) if self.folder.is_dir() else []
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def distil(target: Target[I], contents: Iterable[bytes]) -> list[bytes]:
    """The smallest inputs that together reach everything all of them reach.

    Inputs are taken from the lightest on; one that adds nothing is dropped. What is
    no input of the target is left out.
    """
    weighed = []
    for content in contents:
        try:
            weighed.append((target.weight(target.decode(content)), content))
        except ValueError:
            continue
    search: Search[I] = Search(target, 0)
    kept = [content for _, content in sorted(weighed) if search.offer(content)]
    # A later input may make earlier ones needless: once more from the other end.
    again: Search[I] = Search(target, 0)
    chosen = [content for content in reversed(kept) if again.offer(content)]
    return chosen[::-1]


def choose(
    target: Target[I], contents: Iterable[bytes], most: int, budget: int
) -> list[bytes]:
    """At most so many inputs and bytes, which together reach as much as they can.

    Greedily: always the input that adds most, the lightest where several do. No input
    may take more than a fair part of the bytes, so that one cannot crowd out others.
    """
    largest = _FAIR_PARTS * budget // most
    reached = {
        content: features
        for content, features in _features(target, contents)
        if len(content) <= largest
    }
    chosen: list[bytes] = []
    seen = 0
    while reached and len(chosen) < most:
        best = max(
            reached,
            key=lambda item: ((reached[item] & ~seen).bit_count(), -len(item), item),
        )
        features = reached.pop(best)
        if not features & ~seen:
            break
        if len(best) <= budget:
            chosen.append(best)
            budget -= len(best)
            seen |= features
    return chosen


def _features(
    target: Target[I], contents: Iterable[bytes]
) -> Iterator[tuple[bytes, int]]:
    """What each input reaches; what is no input is left out."""
    for content in contents:
        try:
            value = target.decode(content)
        except ValueError:
            continue
        counters = target.counters
        if counters is not None:
            counters.clear()
        features = observe(target, value).semantic
        if counters is not None:
            features |= counters.features()
        yield content, features


def export_zip(contents: Iterable[bytes], suffix: str, path: Path) -> int:
    """Write a seed corpus as OSS-Fuzz wants it; how many inputs."""
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for content in contents:
            entry = zipfile.ZipInfo(name_of(content) + suffix)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
            count += 1
    return count


def import_from(place: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a folder or archive, with their names; raises FileError."""
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield str(path), read_file(path)
    elif is_archive(place):
        yield from members(place)
    else:
        yield str(place), read_file(place)
