"""The functions of the store, compiled and loaded once a process, called in Python."""

import ctypes
import mmap
import struct
from collections.abc import Callable
from typing import Final, TypeAlias

from zkos.compiler.build import build
from zkos.compiler.emit import X86
from zkos.compiler.module import SLOT_BYTES
from zkos.compiler.native import NativeLibrary
from zkos.compiler.variant import PLAIN, Variant

PACKAGE: Final = "zkos.host.store"
FUNCTIONS: Final = (
    *("building:build", "merkle:index_of", "merkle:index_before", "merkle:value"),
    *("merkle:leaf", "merkle:pairs", "merkle:write", "merkle:root", "merkle:path"),
    *("blobs:add", "blobs:find"),
)
ROOTS: Final = tuple(f"{PACKAGE}.{name}" for name in ("building", "merkle", "blobs"))
_PYTHON: Final = tuple(f"{PACKAGE}.{name}" for name in ("library", "memory"))
_MOST_ARGUMENTS: Final = 5
_VIEW: Final = struct.Struct("<QI")
_NUMBER: Final = struct.Struct("<Q")
_RESULT: Final = struct.Struct("<I")
Argument: TypeAlias = "int | tuple[int, int]"
"""A number, or address and length of a view."""


class Function:
    """A compiled function that gives a number, or nothing (0)."""

    def __init__(self, library: NativeLibrary, name: str) -> None:
        self._library = library
        self._name = name
        self._entry: Callable[[int, int], int] = library.entry(f"{PACKAGE}.{name}")
        self._slots = ctypes.create_string_buffer(SLOT_BYTES * (_MOST_ARGUMENTS + 2))
        start = ctypes.addressof(self._slots)
        self._shift = -start % SLOT_BYTES
        self._at = start + self._shift
        self._result = self._at + SLOT_BYTES * _MOST_ARGUMENTS
        self._result_shift = self._result - start

    def __call__(self, *arguments: Argument) -> int:
        """The result; GuestTrap if what the arguments say is not so."""
        place = self._shift
        for argument in arguments:
            if isinstance(argument, tuple):
                _VIEW.pack_into(self._slots, place, *argument)
            else:
                _NUMBER.pack_into(self._slots, place, argument)
            place += SLOT_BYTES
        status = self._entry(self._at, self._result)
        if status:
            self._library.raise_trap()
        (result,) = _RESULT.unpack_from(self._slots, self._result_shift)
        return int(result)


class Store:
    """All functions."""

    def __init__(self, variant: Variant = PLAIN) -> None:
        exports = [f"{PACKAGE}.{name}" for name in FUNCTIONS]
        made = build(ROOTS, exports, X86, variant=variant)
        # Nothing is allocated outside the memories that are handed in.
        arena = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.library = NativeLibrary(made, arena=arena)
        functions = (Function(self.library, name) for name in FUNCTIONS)
        self.build, self.index_of, self.index_before, self.value = (
            next(functions) for _ in range(4)
        )
        self.leaf, self.pairs, self.write, self.root, self.path = (
            next(functions) for _ in range(5)
        )
        self.add_blob, self.find_blob = functions


_loaded: Final[list[Store]] = []


def store() -> Store:
    """The compiled store."""
    if not _loaded:
        use(PLAIN)
    return _loaded[0]


def is_compiled(module: str) -> bool:
    """Whether a module is a part of it in the guest language."""
    return module.startswith(f"{PACKAGE}.") and module not in _PYTHON


def use(variant: Variant) -> None:
    """Have another build of it from now on: one with planted faults."""
    _loaded[:] = [Store(variant)]
