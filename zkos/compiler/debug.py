"""LLVM debug metadata: which guest line an instruction comes from.

Only what line tables and inlined calls need; no types, no variables. LLVM Language
Reference, "Specialized Metadata Nodes".
"""

from collections.abc import Callable
from typing import Final

from zkos.compiler.errors import Location
from zkos.compiler.tree import Instance

FIRST_NODE: Final = 2
"""The prelude takes the numbers below."""
DWARF_VERSION: Final = 4
"""The last whose line tables hold their own file names."""


class DebugText:
    """The metadata nodes of one module."""

    def __init__(self, shorten: Callable[[str], str]) -> None:
        self._shorten: Final = shorten
        """A path as the table shall have it."""
        self._nodes: dict[str, int] = {}
        self._unit = self._node(
            "distinct !DICompileUnit(language: DW_LANG_Python, "
            f'file: {self._node(_file("zkos"))}, producer: "zkos", isOptimized: true, '
            "runtimeVersion: 0, emissionKind: LineTablesOnly)"
        )

    def function(self, made: Instance) -> str:
        """The node of a function."""
        where = made.function.where
        file = self._node(_file(self._shorten(where.path)))
        kind = self._node("!DISubroutineType(types: !{})")
        return self._node(
            f'distinct !DISubprogram(name: "{made.name}", linkageName: "{made.name}", '
            f"scope: {file}, file: {file}, line: {where.line}, type: {kind}, "
            f"scopeLine: {where.line}, unit: {self._unit}, "
            "spFlags: DISPFlagLocalToUnit | DISPFlagDefinition | DISPFlagOptimized)"
        )

    def place(self, function: str, where: Location) -> str:
        """The node of a place in a function."""
        return self._node(
            f"!DILocation(line: {where.line}, column: {where.column}, "
            f"scope: {function})"
        )

    def text(self) -> str:
        """All nodes, and what makes LLVM read them."""
        version = self._node('!{i32 2, !"Debug Info Version", i32 3}')
        dwarf = self._node(f'!{{i32 7, !"Dwarf Version", i32 {DWARF_VERSION}}}')
        named = (
            f"!llvm.dbg.cu = !{{{self._unit}}}",
            f"!llvm.module.flags = !{{{version}, {dwarf}}}",
        )
        nodes = (f"!{number} = {text}" for text, number in self._nodes.items())
        return "\n".join((*named, *nodes))

    def _node(self, text: str) -> str:
        number = self._nodes.setdefault(text, FIRST_NODE + len(self._nodes))
        return f"!{number}"


def _file(path: str) -> str:
    name = path.replace("\\", r"\5C").replace('"', r"\22")
    return f'!DIFile(filename: "{name}", directory: "")'
