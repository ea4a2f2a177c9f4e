"""Artefacts on disk, keyed by everything they depend on.

Every file begins with a digest of its name and content. One that was damaged is as if
it were not there: who needs it makes it again. Where the folder cannot be written,
artefacts live as long as the process.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import llvmlite
from filelock import FileLock

from zkos.compiler.cache_folder import (
    LOCKS,
    folder,
    prune_daily,
    remove,
    tell_once,
)
from zkos.terminal.files import FileError, read_file, write_file

PACKAGE: Final = Path(__file__).resolve().parents[2]
ALWAYS: Final = ("zkos/lang", "zkos/compiler")
"""Folders that builds of guest code depend on: the language and its compiler."""
_IMPORT: Final = re.compile(r"^\s*(?:from|import)\s+(zkos(?:\.\w+)+)", re.MULTILINE)
_MAGIC: Final = b"zkos artefact 1\n"
_HEAD_BYTES: Final = len(_MAGIC) + hashlib.sha256().digest_size
_TOUCH_SECONDS: Final = 3600
"""How exactly it is known when an artefact was used last."""
_unsaved: Final[dict[tuple[Path, str], bytes]] = {}
"""What could not be written, by folder and name."""
_used: Final[set[str]] = set()
"""Artefacts this process loaded or saved."""


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
    """The artefact called `name`, if it is there and whole; damage is told once."""
    _used.add(name)
    place = folder()
    if (place, name) in _unsaved:
        return _unsaved[place, name]
    path = place / name
    if not path.exists():
        return None
    try:
        stored = read_file(path)
    except FileError:
        stored = b""
    content = stored[_HEAD_BYTES:]
    if stored[:_HEAD_BYTES] != _head(name, content):
        tell_once(place, "damaged; what is, is made again")
        remove(path)
        return None
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _TOUCH_SECONDS:
            os.utime(path)
    return content


def save(name: str, content: bytes) -> None:
    """Keep an artefact; readers see all of it or nothing."""
    _used.add(name)
    place = folder()
    try:
        if (place / name).is_dir():
            remove(place / name)
        write_file(place / name, _head(name, content) + content)
    except OSError as error:
        tell_once(place, f"{error.strerror}: what is built is not kept")
        _unsaved[place, name] = content
    else:
        prune_daily()


def used() -> list[str]:
    """The artefacts this process loaded or saved that are in the cache."""
    place = folder()
    return sorted(name for name in _used if (place / name).is_file())


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time makes the artefact called `name`; others wait for it.

    Where there can be no lock each makes its own.
    """
    place = folder() / LOCKS
    lock = FileLock(place / f"{name}.lock")
    with suppress(OSError, NotImplementedError):
        place.mkdir(exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _head(name: str, content: bytes) -> bytes:
    """What the file of an artefact begins with: no other is taken for it."""
    digest = hashlib.sha256(name.encode() + b"\0")
    digest.update(content)
    return _MAGIC + digest.digest()
