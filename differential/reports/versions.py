"""What exactly a run was made with: packages and images."""

import hashlib
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from differential.engines import Engine

_PACKAGES: Final = {"py_evm": "py-evm", "eels": "ethereum-execution"}
"""The packages of engines that are others' work."""


def versions(engines: Sequence[Engine]) -> list[tuple[str, str]]:
    """Names and versions of all that took part, as far as known."""
    return list(dict.fromkeys(_versions(engines)))


def _versions(engines: Sequence[Engine]) -> Iterator[tuple[str, str]]:
    yield "zkos", _installed("zkos")
    yield platform.python_implementation(), platform.python_version()
    for engine in engines:
        if engine.kind in _PACKAGES:
            package = _PACKAGES[engine.kind]
            yield package, _installed(package)
        elif engine.kind == "image":
            yield engine.argument, f"SHA-256 {_digest(Path(engine.argument))}"


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"unknown: {error.strerror}"
