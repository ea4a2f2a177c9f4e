"""What must be the same on all machines of a farm, and shared builds.

Two machines with other code, another processor or other builds would not run the same
inputs alike: what they find could not be compared.
"""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Final

import llvmlite

from zkos.compiler.build import host_key
from zkos.compiler.cache import PACKAGE
from zkos.compiler.cache_folder import folder
from zkos.terminal.files import read_file, write_file

_PACKAGES: Final = ("zkos", "differential", "fuzz")
_KINDS: Final = ("*.py", "*.pyi", "*.dict")
_DIGITS: Final = 16
Builds = Mapping[str, str]
"""Files of the cache and their SHA-256."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a machine runs inputs with."""

    code: str
    """Digest of all sources of ours."""
    processor: str
    """What compiled code is made for."""
    python: str
    llvmlite: str


def identity() -> Identity:
    """Of this machine."""
    return Identity(
        _code(),
        hashlib.sha256(host_key().encode()).hexdigest()[:_DIGITS],
        platform.python_version(),
        llvmlite.__version__,
    )


@lru_cache(maxsize=1)
def _code() -> str:
    digest = hashlib.sha256()
    for package in _PACKAGES:
        paths = {p for kind in _KINDS for p in (PACKAGE / package).rglob(kind)}
        for path in sorted(paths):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(PACKAGE)}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:_DIGITS]


def stranger(ours: Identity, theirs: Identity) -> str | None:
    """Why another machine cannot take part, or None: one line."""
    told = {"code": "another code version", "processor": "another processor"}
    for item in fields(Identity):
        mine, other = getattr(ours, item.name), getattr(theirs, item.name)
        if mine != other:
            what = told.get(item.name, f"another {item.name}")
            return f"{what}: {other}, here {mine}"
    return None


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
