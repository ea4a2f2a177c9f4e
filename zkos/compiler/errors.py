"""Errors of the compiler: every one points at source."""

import ast
from pathlib import Path
from typing import NamedTuple


class Location(NamedTuple):
    """A place in guest source; lines from 1, columns from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class CompileError(Exception):
    """The source breaks a rule of the language (`zkos/lang/README.md`)."""

    def __init__(self, where: Location, message: str, hint: str = "") -> None:
        self.where = where
        self.message = message
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.message}"]
        source = _source_line(self.where)
        if source is not None:
            lines += [
                f"    {source.rstrip()}",
                "    " + " " * self._caret(source) + "^",
            ]
        if self.hint:
            lines.append(f"    hint: {self.hint}")
        return "\n".join(lines)

    def _caret(self, source: str) -> int:
        return min(self.where.column - 1, len(source))


def location(path: str, node: ast.AST) -> Location:
    """Where `node` starts."""
    return Location(
        path, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
    )


def _source_line(where: Location) -> str | None:
    try:
        return Path(where.path).read_text().splitlines()[where.line - 1]
    except (OSError, IndexError):
        return None
