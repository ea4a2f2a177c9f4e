"""Artefacts on disk, keyed by everything they depend on."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import llvmlite

SOURCES = ("zkos/lang", "zkos/guest", "zkos/compiler", "zkos/machine")


def folder() -> Path:
    """Where artefacts are kept: `ZKOS_CACHE`, or `zkos` in the user's cache folder."""
    given = os.environ.get("ZKOS_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "zkos"


def key(parts: Sequence[str], roots: Sequence[str] = ()) -> str:
    """Hash of `parts`, of all sources that compiled code is made from, and of LLVM.

    `roots` are source files outside the package, as tests compile.
    """
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[2]
    files = [p for source in SOURCES for p in sorted((package / source).rglob("*.py"))]
    for path in [*files, *map(Path, roots)]:
        name = path.relative_to(package) if path.is_relative_to(package) else path.name
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    for part in (llvmlite.__version__, *parts):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


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
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    path.unlink(missing_ok=True)
