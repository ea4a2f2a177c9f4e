"""What inputs run on: code, processor and libraries, and the images beside them.

Where any of it is another, an input may do something else: machines of a farm must be
alike, and what was measured of inputs holds only while it stays.
"""

import hashlib
import os
import platform
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Final

from fuzz.targets.catalogue import IMAGES_FOLDER
from zkos.compiler.cache import PACKAGE

_PACKAGES: Final = ("zkos", "differential", "fuzz")
_KINDS: Final = ("*.py", "*.pyi", "*.dict")
_DIGITS: Final = 16
_FOREIGN: Final = ":"
"""In names of targets that are not ours."""


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
    # Whoever only looks at a campaign needs no compiler.
    import llvmlite

    from zkos.compiler.build import host_key

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


def ground(target: str) -> str:
    """All that inputs of a target run on here, told apart.

    Of a target whose code is not ours nothing is known: its ground lasts as long as
    the process that started this one.
    """
    if _FOREIGN in target:
        return f"process {os.getppid()}"
    return " ".join([*astuple(identity()), _images()])


def _images() -> str:
    """Digest of the images of others, if there are any."""
    digest = hashlib.sha256()
    place = os.environ.get(IMAGES_FOLDER)
    for path in sorted(Path(place).glob("*.bin")) if place else ():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:_DIGITS]
