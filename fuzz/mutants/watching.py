"""Text of single functions: traps without places, and lines that tell of themselves."""

import zlib
from typing import Final

from zkos.compiler.emit import ModuleText
from zkos.compiler.errors import Location
from zkos.compiler.lower import FunctionLowering
from zkos.compiler.tree import Instance, Stmt

WATCHED: Final = "__watched"
"""A byte of watched functions."""


class Unplaced(ModuleText):
    """Text whose traps are told apart by their reasons only."""

    def site(self, where: Location, reason: str) -> int:
        """A number for the reason."""
        return zlib.crc32(reason.encode()) >> 1


class Watching(FunctionLowering):
    """Has a function tell that it comes to some lines."""

    def __init__(self, module: ModuleText, instance: Instance, lines: range) -> None:
        super().__init__(module, instance)
        self._watched: Final = lines

    def statement(self, made: Stmt) -> None:
        """Lower one statement."""
        if made.where.line in self._watched:
            self.emit(f"store i8 1, ptr @{WATCHED}")
        super().statement(made)


def type_of(definition: str) -> str:
    """The type at the start of what defines a global."""
    depth = 0
    for at, letter in enumerate(definition):
        if letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        elif letter == " " and depth == 0:
            return definition[:at]
    return definition


def constants(text: ModuleText) -> list[str]:
    """Declarations of all constants of a text."""
    return [f'@"{name}"' for name in text.constants]
