"""Why a fault of the guest was not found, by what is known to reach it.

The changed statement is watched in the plain program, and what both programs leave in
memory is compared, page by page: the arena lies at the same place for both, and all
objects of a run stay in it.
"""

import ctypes
import hashlib
import mmap
from collections.abc import Sequence
from typing import Final

from fuzz.mutants.pieces import Built
from fuzz.mutants.pool import Recording, replay
from fuzz.mutants.watching import WATCHED
from fuzz.mutants.workshop import Workshop
from fuzz.mutants.yard import Yard
from zkos.compiler.arena import Arena
from zkos.compiler.native import NativeLibrary
from zkos.compiler.program import Function

NOT_REACHED: Final = "not reached"
"""No known input comes to the statement."""
NOT_INFECTED: Final = "not infected"
"""Inputs come to it, but memory is the same after each: nothing came of it."""
NOT_COMPARED: Final = "not compared"
"""Memory differs after an input, but nothing that is said."""
UNKNOWN: Final = "not watched"
"""The change is outside of functions: every input may come to it."""
_MOST_COMPARED: Final = 200
_PAGE: Final = mmap.PAGESIZE
_EMPTY: Final = bytes(_PAGE)


def why(yard: Yard, built: Built, function: Function | None, lines: range) -> str:
    """The class of a survivor; `lines` are those of the statement as it was."""
    reaching = yard.reaching(built)
    if function is not None:
        reaching = coming_to(yard.workshop, function, lines, reaching)
        if not reaching:
            return NOT_REACHED
    for recording in reaching[:_MOST_COMPARED]:
        if left(yard.plain, recording) != left(built.library, recording):
            return NOT_COMPARED
    return NOT_INFECTED if function is not None else UNKNOWN


def coming_to(
    workshop: Workshop,
    function: Function,
    lines: range,
    recordings: Sequence[Recording],
) -> list[Recording]:
    """The conversations in which the plain program comes to lines of a function."""
    library = workshop.library(workshop.watch(function, lines), (WATCHED,))
    cell = ctypes.c_uint8.from_address(library.address(WATCHED))
    coming = []
    for recording in recordings:
        cell.value = 0
        replay(library, recording)
        if cell.value:
            coming.append(recording)
    return coming


def left(library: NativeLibrary, recording: Recording) -> bytes:
    """A digest of all memory that a run leaves."""
    digest = hashlib.blake2b(digest_size=16)

    def look() -> None:
        used = library.heap_used
        digest.update(used.to_bytes(8, "little"))
        for start in _touched(library.arena, used):
            page = library.arena.read(start, _PAGE)
            if page != _EMPTY:
                digest.update(start.to_bytes(8, "little") + page)

    replay(library, recording, look)
    return digest.digest()


def _touched(arena: Arena, used: int) -> list[int]:
    """Offsets of the pages that are there: nearly all of it was never written."""
    pages = enumerate(arena.present(used))
    return [number * _PAGE for number, there in pages if there & 1]
