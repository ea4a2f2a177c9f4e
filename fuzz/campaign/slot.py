"""What a worker is doing and has done, in memory that survives its death.

A slot is a small file mapped by the worker, which writes, and the supervisor, which
reads. The kernel keeps it when either is killed. Each group of fields has one writer
and a checksum. Counts are there twice and written in turn, so that what was written
last is whole at any moment; a group that is damaged is as if nothing was written.
"""

import mmap
import os
import struct
import time
import zlib
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Final

from fuzz.coverage.engine import Making, Recipe
from zkos.terminal.files import FileError

_BYTES: Final = 4096
_INPUT: Final = struct.Struct("<dQBQ32s32s")
_TOTALS: Final = struct.Struct("<QdQQQQQQQQQQdQQQ")
"""A number that grows with every writing, then the fields of `Progress`."""
_SUM: Final = struct.Struct("<I")
_INPUT_AT: Final = 0
_TOTALS_AT: Final = (512, 768)
_STOP_AT: Final = 1024
_NAME_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything a worker counted since its campaign began."""

    seconds: float = 0.0
    """Time at work, over all its lives."""
    executions: int = 0
    included: int = 0
    reverted: int = 0
    rejected: int = 0
    problems: int = 0
    coverage: int = 0
    features: int = 0
    entries: int = 0
    weight: int = 0
    iteration: int = 0
    last_new: float = 0.0
    """When it last kept an input, by the clock on the wall."""
    compared: int = 0
    repeated: int = 0
    """Inputs run twice, to see whether they reach the same."""
    unstable: int = 0
    """Features that did not come both times, and are ignored since."""


@dataclass(frozen=True, slots=True)
class Current:
    """The input a worker is running; `started` is 0 between inputs."""

    started: float
    iteration: int
    recipe: Recipe


class Slot:
    """The mapped file; making one raises FileError, OSError."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise FileError(path, "is no regular file")
        with path.open("a+b") as file:
            # With no room on the disk, writing to the map would kill.
            os.posix_fallocate(file.fileno(), 0, _BYTES)
            self._memory = mmap.mmap(file.fileno(), _BYTES)

    def begin(self, iteration: int, recipe: Recipe) -> None:
        """An input is about to be made and run."""
        content = _INPUT.pack(
            time.monotonic(),
            iteration,
            recipe.making,
            recipe.seed,
            recipe.parent.encode().ljust(_NAME_BYTES, b"\0"),
            recipe.donor.encode().ljust(_NAME_BYTES, b"\0"),
        )
        self._put(_INPUT_AT, content)

    def end(self) -> None:
        """Nothing is running."""
        self._put(_INPUT_AT, bytes(_INPUT.size))

    def current(self) -> Current:
        """What is running."""
        content = self._get(_INPUT_AT, _INPUT.size) or bytes(_INPUT.size)
        started, iteration, making, seed, parent, donor = _INPUT.unpack(content)
        names = (
            name.rstrip(b"\0").decode("ascii", "replace") for name in (parent, donor)
        )
        return Current(started, iteration, Recipe(Making(making % 3), seed, *names))

    def settle(self, *, again: bool) -> None:
        """Say where the next worker goes on, in place of one that is gone.

        What it was running is run again, or passed over. To be called by the
        supervisor, while there is no worker.
        """
        current, progress = self.current(), self.progress()
        if current.started and current.recipe.making is not Making.GIVEN:
            iteration = current.iteration + (not again)
            iteration = max(progress.iteration, iteration)
            self.write(replace(progress, iteration=iteration))
        self.end()

    def write(self, progress: Progress) -> None:
        """Publish counts."""
        number = 1 + max(number for number, _ in self._totals())
        content = _TOTALS.pack(number, *astuple(progress))
        self._put(_TOTALS_AT[number % len(_TOTALS_AT)], content)

    def progress(self) -> Progress:
        """The counts published last."""
        return max(self._totals(), key=lambda item: item[0])[1]

    def _totals(self) -> list[tuple[int, Progress]]:
        """What is whole of the counts, each with its number; zeros at least."""
        found = [(0, Progress())]
        for place in _TOTALS_AT:
            content = self._get(place, _TOTALS.size)
            if content is not None:
                number, *fields = _TOTALS.unpack(content)
                found.append((number, Progress(*fields)))
        return found

    def _put(self, place: int, content: bytes) -> None:
        """Write a group with its checksum."""
        whole = content + _SUM.pack(zlib.crc32(content))
        self._memory[place : place + len(whole)] = whole

    def _get(self, place: int, size: int) -> bytes | None:
        """A group, if it is whole."""
        content = self._memory[place : place + size]
        known = self._memory[place + size : place + size + _SUM.size]
        return content if known == _SUM.pack(zlib.crc32(content)) else None

    @property
    def stop(self) -> bool:
        """Whether the worker shall end after its input."""
        return self._memory[_STOP_AT] != 0

    @stop.setter
    def stop(self, wanted: bool) -> None:
        self._memory[_STOP_AT] = int(wanted)

    def close(self) -> None:
        """Unmap; the file stays."""
        self._memory.close()
