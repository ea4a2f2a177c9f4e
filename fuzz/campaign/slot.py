"""What a worker is doing and has done, in memory that survives its death.

A slot is a small file mapped by the worker, which writes, and the supervisor, which
reads. The kernel keeps it when either is killed. Each group of fields has one
writer; a reader in the middle of a write sees a number that is one step old.
"""

import mmap
import struct
import time
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Final

from fuzz.coverage.engine import Making, Recipe

_BYTES: Final = 4096
_INPUT: Final = struct.Struct("<dQBQ32s32s")
_TOTALS: Final = struct.Struct("<dQQQQQQQQQQdQ")
_INPUT_AT: Final = 0
_TOTALS_AT: Final = 512
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


@dataclass(frozen=True, slots=True)
class Current:
    """The input a worker is running; `started` is 0 between inputs."""

    started: float
    iteration: int
    recipe: Recipe


class Slot:
    """The mapped file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.truncate(_BYTES)
            self._memory = mmap.mmap(file.fileno(), _BYTES)

    def begin(self, iteration: int, recipe: Recipe) -> None:
        """An input is about to be made and run."""
        _INPUT.pack_into(
            self._memory,
            _INPUT_AT,
            time.monotonic(),
            iteration,
            recipe.making,
            recipe.seed,
            recipe.parent.encode().ljust(_NAME_BYTES, b"\0"),
            recipe.donor.encode().ljust(_NAME_BYTES, b"\0"),
        )

    def end(self) -> None:
        """Nothing is running."""
        struct.pack_into("<d", self._memory, _INPUT_AT, 0.0)

    def current(self) -> Current:
        """What is running."""
        started, iteration, making, seed, parent, donor = _INPUT.unpack_from(
            self._memory, _INPUT_AT
        )
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
        _TOTALS.pack_into(self._memory, _TOTALS_AT, *astuple(progress))

    def progress(self) -> Progress:
        """The counts published last."""
        return Progress(*_TOTALS.unpack_from(self._memory, _TOTALS_AT))

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
