"""Artefacts on disk, keyed by everything they depend on."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import llvmlite

PACKAGE: Final = Path(__file__).resolve().parents[2]
ALWAYS: Final = ("zkos/lang", "zkos/compiler")
"""Folders that builds of guest code depend on: the language and its compiler."""
_IMPORT: Final = re.compile(r"^\s*(?:from|import)\s+(zkos(?:\.\w+)+)", re.MULTILINE)


def folder() -> Path:
    """Where artefacts are kept: `ZKOS_CACHE`, or `zkos` in the user's cache folder."""
    given = os.environ.get("ZKOS_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "zkos"


def key(
    parts: Sequence[str], roots: Sequence[str] = (), folders: Sequence[str] = ALWAYS
) -> str:
    """Hash of `parts`, of all sources that compiled code is made from, and of LLVM.

    `roots` are the source files the build starts from, `folders` who makes it.
    """
    digest = hashlib.sha256()
    always = [p for source in folders for p in sorted((PACKAGE / source).rglob("*.py"))]
    for path in [*always, *_reached(map(Path, roots))]:
        name = path.relative_to(PACKAGE) if path.is_relative_to(PACKAGE) else path
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    for part in (llvmlite.__version__, *parts):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _reached(roots: Iterable[Path]) -> list[Path]:
    """The sources that `roots` import, at whatever remove, and themselves."""
    found: dict[Path, None] = {}
    pending = list(roots)
    while pending:
        path = pending.pop()
        if path in found:
            continue
        found[path] = None
        for name in _IMPORT.findall(path.read_text()):
            place = PACKAGE.joinpath(*name.split("."))
            module = place.with_suffix(".py")
            pending += [module] if module.is_file() else place.glob("*.py")
    return sorted(found)


def load(name: str) -> bytes | None:
    """The artefact called `name`, if it is there."""
    try:
        return (folder() / name).read_bytes()
    except FileNotFoundError:
        return None


def save(name: str, content: bytes) -> None:
    """Keep an artefact; readers see all of it or nothing."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place, delete=False) as file:
        file.write(content)
    Path(file.name).replace(place / name)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time makes the artefact called `name`; others wait for it."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.lock"
    try:
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    finally:
        path.unlink(missing_ok=True)
