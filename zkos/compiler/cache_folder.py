"""The folder of artefacts: where it is, what it holds, what is thrown away.

Anything in it can be made again. Whoever uses an artefact reads it whole at once, so
that nothing thrown away is missed by a process at work.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from zkos.terminal.ending import warn
from zkos.terminal.errors import UserError
from zkos.terminal.files import PARTS

LOCKS: Final = "locks"
"""The folder of locks in that of artefacts."""
ANSWERS: Final = "answers-"
"""How names of files begin that keep a reference's answers."""
DEFAULT_DAYS: Final = 30.0
DEFAULT_BYTES: Final = 4 * 10**9
_OURS: Final = re.compile(
    rf"[0-9a-f]{{64}}\.[\w.]+|({PARTS}|{ANSWERS}).*|py_evm\.sqlite"
)
"""Names of what we put there: the folder may hold what is not ours."""
_MARK: Final = ".pruned"
"""Changed each time the cache is pruned of itself."""
_DAY_SECONDS: Final = 86_400


class CacheError(UserError):
    """`ZKOS_CACHE` names what can be no folder of artefacts."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the cache, or a folder in its place."""

    path: Path
    size: int
    """Bytes."""
    used: float
    """When it was used last, in seconds of the clock on the wall."""


def folder() -> Path:
    """Where artefacts are kept: `ZKOS_CACHE`, or `zkos` in the user's cache folder.

    It is there, or CacheError says why `ZKOS_CACHE` cannot be.
    """
    given = os.environ.get("ZKOS_CACHE")
    place = Path(given).absolute() if given else user_cache_path("zkos", False)
    try:
        if not place.is_dir():
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if given:
            reason = error.strerror
            if isinstance(error, FileExistsError | NotADirectoryError):
                reason = "not a folder"
            raise CacheError(f"ZKOS_CACHE={given}: {reason}") from error
        tell_once(place, f"{error.strerror}: what is built is not kept")
    return place


@lru_cache(maxsize=8)
def tell_once(place: Path, what: str) -> None:
    """Say something about a cache, in one line and not again."""
    warn(f"cache {place}: {what}")


def remove(path: Path) -> None:
    """Remove a file or whatever is in its place, if that can be done."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def items() -> list[Item]:
    """All that is ours, what was used last first."""
    return sorted(_items(folder()), key=lambda item: -item.used)


def prune(
    days: float = DEFAULT_DAYS, most_bytes: int = DEFAULT_BYTES
) -> tuple[list[Item], list[Item]]:
    """Remove what was not used for so long, then the oldest until the rest fits.

    Gives what was removed and what is left; what cannot be removed is left.
    """
    oldest = time.time() - days * _DAY_SECONDS
    removed: list[Item] = []
    left: list[Item] = []
    size = 0
    for item in items():
        if item.used >= oldest and size + item.size <= most_bytes:
            size += item.size
            left.append(item)
        else:
            remove(item.path)
            (left if item.path.exists() else removed).append(item)
    return removed, left


def prune_daily() -> None:
    """Prune with the usual limits, unless that was done today."""
    mark = folder() / _MARK
    with suppress(OSError):
        known = mark.stat().st_mtime if mark.exists() else 0.0
        if time.time() - known > _DAY_SECONDS:
            mark.touch()
            prune()


def _items(place: Path) -> Iterator[Item]:
    ours = [path for path in place.glob("*") if _OURS.fullmatch(path.name)]
    for path in (*ours, *(place / LOCKS).glob("*.lock")):
        with suppress(OSError):
            facts = path.lstat()
            yield Item(path, facts.st_size, facts.st_mtime)
