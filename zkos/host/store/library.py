"""The functions of the store, compiled and loaded once a process, called in Python."""

import ctypes
import mmap
import struct
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from zkos.compiler.arena import Arena
from zkos.compiler.build import build
from zkos.compiler.emit import X86
from zkos.compiler.module import SLOT_BYTES
from zkos.compiler.native import NativeLibrary
from zkos.compiler.variant import PLAIN, Variant

PACKAGE: Final = "zkos.host.store"
FUNCTIONS: Final = (
    *("building:build", "merkle:index_of", "merkle:index_before", "merkle:value"),
    *("merkle:leaf", "merkle:pairs", "merkle:write", "merkle:root", "merkle:path"),
    *("blobs:add", "answers:answer"),
)
ROOTS: Final = tuple(
    f"{PACKAGE}.{name}" for name in ("building", "merkle", "blobs", "answers")
)
VIEWS: Final = 9
"""Of `answers:answer`: what it works on."""
ANSWER: Final = "__answer"
"""Called by a guest that wants to read; it asks `SLOW` for what is not known."""
DESK: Final = "__desk"
"""Addresses and lengths of the views, 16 bytes each."""
SLOW: Final = "__slow"


def _door() -> str:
    """`ANSWER` as LLVM text, behind the store's own; it may be entered by any guest."""
    lines, arguments = [], []
    for number in range(VIEWS):
        place = f"ptr @{DESK}, i64 {16 * number}"
        lines += [
            f"  %a{number} = getelementptr i8, {place}",
            f"  %v{number} = load {{ptr, i32}}, ptr %a{number}",
        ]
        arguments.append(f"{{ptr, i32}} %v{number}")
    views, given = "\n".join(lines), ", ".join(arguments)
    return f"""
@{DESK} = global [{16 * VIEWS} x i8] zeroinitializer, align 16
@{SLOW} = global ptr null
define i32 @{ANSWER}() #0 {{
  %jumped = call i32 @_setjmp(ptr @__jump) #5
  %fell = icmp ne i32 %jumped, 0
  br i1 %fell, label %slow, label %go
go:
{views}
  %left = call fastcc i32 @"{PACKAGE}.answers:answer"({given})
  %all = icmp eq i32 %left, 0
  br i1 %all, label %done, label %slow
done:
  ret i32 0
slow:
  %host = load ptr, ptr @{SLOW}
  %status = call i32 %host()
  ret i32 %status
}}
"""


_PYTHON: Final = tuple(f"{PACKAGE}.{name}" for name in ("library", "memory"))
_MOST_ARGUMENTS: Final = 5
_VIEW: Final = struct.Struct("<QI")
_NUMBER: Final = struct.Struct("<Q")
_RESULT: Final = struct.Struct("<I")
View: TypeAlias = tuple[int, int]
"""Address and length."""
Argument: TypeAlias = int | View


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
        made = build(ROOTS, exports, X86, variant=variant, appendix=_door())
        # Nothing is allocated outside the memories that are handed in.
        arena = Arena(mmap.PAGESIZE)
        self.library = NativeLibrary(made, (ANSWER, DESK, SLOW), arena=arena)
        functions = (Function(self.library, name) for name in FUNCTIONS)
        self.build, self.index_of, self.index_before, self.value = (
            next(functions) for _ in range(4)
        )
        self.leaf, self.pairs, self.write, self.root, self.path = (
            next(functions) for _ in range(5)
        )
        self.add_blobs = next(functions)
        self.door: Final = self.library.address(ANSWER)
        self._desk = (ctypes.c_uint64 * (2 * VIEWS)).from_address(
            self.library.address(DESK)
        )
        self._slow = ctypes.c_uint64.from_address(self.library.address(SLOW))

    def open_door(self, views: Sequence[View], slow: int) -> None:
        """Have the door answer from these views, or else by the function `slow`."""
        for number, (address, length) in enumerate(views):
            self._desk[2 * number] = address
            self._desk[2 * number + 1] = length
        self._slow.value = slow


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
