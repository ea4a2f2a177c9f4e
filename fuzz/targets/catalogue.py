"""All targets by name. Each is a factory imported when first used."""

import importlib
import importlib.util
import os
from pathlib import Path
from typing import Any, Final

from fuzz.coverage.target import Target
from fuzz.shipped import corpora
from zkos.terminal.errors import UserError
from zkos.terminal.extras import how_to_install
from zkos.versions import DEFAULT as DEFAULT_VERSION
from zkos.versions import Protocol

_FACTORIES: Final = {
    "block_differential": "fuzz.targets.block_differential:block_differential",
    "block_batch": "fuzz.targets.block_batch:block_batch",
    "block_upgrade": "fuzz.targets.block_upgrade:block_upgrade",
    "block_upstream": "fuzz.targets.block_upstream:block_upstream",
    "block_replay": "fuzz.targets.block_replay:block_replay",
    "block_native": "fuzz.targets.block_native:block_native",
    "block_ethereum": "fuzz.targets.block_ethereum:block_ethereum",
    "block_ethereum_upstream": "fuzz.targets.block_ethereum:block_ethereum_upstream",
    "block_image": "fuzz.targets.block_image:block_image",
    "block_image_batch": "fuzz.targets.block_image_batch:block_image_batch",
    "block_image_faults": "fuzz.targets.block_image:block_image_faults",
    "ethereum_blocks": "fuzz.targets.ethereum_blocks:ethereum_blocks",
    "ethereum_invalid": "fuzz.targets.ethereum_invalid:ethereum_invalid",
    "oracle": "fuzz.targets.oracle:oracle",
    "oracle_ethereum": "fuzz.targets.oracle_ethereum:oracle_ethereum",
    "transaction_parser": "fuzz.targets.transaction_parser:transaction_parser",
    "arithmetic": "fuzz.targets.arithmetic:arithmetic",
    "fields": "fuzz.targets.fields:fields",
    "hashes": "fuzz.targets.hashes:hashes",
    "precompiles": "fuzz.targets.precompiles:precompiles",
    "compiler": "fuzz.targets.compiler:compiler",
    "machine": "fuzz.targets.machine:machine",
    "case_import": "fuzz.targets.case_import:case_import",
}
_LATER: Final = tuple(item for item in Protocol if item is not DEFAULT_VERSION)
_BY_VERSION: Final = {
    "block_differential": _LATER,
    "block_batch": _LATER,
    "block_upstream": _LATER,
    "block_replay": _LATER,
    "oracle": _LATER,
}
"""Those that there are once a version, called after it but for the default's."""
_VERSIONS: Final = {
    f"{name}_{protocol.value}": (name, protocol)
    for protocol in _LATER
    for name, versions in _BY_VERSION.items()
    if protocol in versions
}
_NEEDS: Final = {"machine": ("unicorn",)}
"""Packages that not everybody installs, by target."""
IMAGES_FOLDER: Final = "ZKOS_IMAGES"
"""Environment variable that names the folder of shipped images."""
NAMES: Final = tuple(
    name
    for name in (*_FACTORIES, *_VERSIONS)
    if os.environ.get(IMAGES_FOLDER) or not name.startswith("block_image")
)
"""Targets that can run here, in the order in which they are shown."""
DEFAULT: Final = ("block_differential",)


_OWNERS: Final = {
    "block_": DEFAULT[0],
    "ethereum_": "ethereum_blocks",
    "oracle_": "oracle",
}
"""Of targets that begin so."""


class TargetError(UserError):
    """A target is not known or cannot run here; the text is one line for the user."""


def load_target(name: str) -> Target[Any]:
    """Make a target; what it needs is compiled now. Raises TargetError."""
    check_target(name)
    base, *version = _VERSIONS.get(name, (name,))
    module, _, factory = _FACTORIES.get(base, base).partition(":")
    try:
        make = getattr(importlib.import_module(module), factory)
    except (ImportError, AttributeError) as error:
        if base in _FACTORIES:
            raise  # a fault of ours: what others may lack was checked
        raise TargetError(f"target {name!r} cannot be loaded: {error}") from error
    made: Target[Any] = make(*version)
    _ = made.counters  # of what is compiled, if it was not yet
    return made


def base_of(name: str) -> str:
    """A target without its version: what seeds, words and module belong to."""
    return _VERSIONS.get(name, (name,))[0]


def owner_of(name: str) -> str:
    """Whose seeds and words a target uses: those that read the same share them."""
    owners = (owner for start, owner in _OWNERS.items() if name.startswith(start))
    return next(owners, base_of(name))


def seed_folder(name: str) -> Path:
    """The distilled inputs of a target that are shipped.

    Only inputs of blocks are called `.json`: these are cases for all commands.
    """
    return corpora() / owner_of(name)


def check_target(name: str) -> None:
    """Raise TargetError unless there is such a target and what it needs.

    `module:factory` names one that is not listed.
    """
    for package in _NEEDS.get(name, ()):
        if not _exists(package):
            raise TargetError(f"target {name} {how_to_install(package)}")
    module, _, factory = name.partition(":")
    if name not in (*_FACTORIES, *_VERSIONS) and not factory:
        raise TargetError(
            f"no target is called {name!r}, there are: {', '.join(NAMES)}"
        )
    if factory and not _exists(module):
        raise TargetError(f"target {name!r} cannot be loaded: no module {module}")


def _exists(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def describe() -> list[tuple[str, str]]:
    """Names and one line about each."""
    rows = []
    for name, place in _FACTORIES.items():
        try:
            check_target(name)
        except TargetError as error:
            rows.append((name, str(error)))
            continue
        module, _, factory = place.partition(":")
        made = getattr(importlib.import_module(module), factory)
        rows.append((name, (made.__doc__ or "").strip().splitlines()[0]))
    for name, (base, protocol) in _VERSIONS.items():
        rows.append((name, f"{base}, under the rules of {protocol.value}."))
    return rows
