"""The ground for faults in the host: its tree, with the guest and the judge as peers.

The host is ordinary Python and runs in this process, so a fault is planted by giving
a function of a child of this process other code; what of it is compiled is built anew.
"""

import ast
import importlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from fuzz.mutants.blocks import TURNS, engine
from fuzz.mutants.grounds import Fields, Ground, Tell, begin_case, found, until
from fuzz.mutants.mutant import source_of
from fuzz.mutants.pieces import Built
from fuzz.mutants.workshop import Workshop
from fuzz.mutants.yard import told
from zkos.compiler.errors import CompileError, Location
from zkos.compiler.variant import PLAIN
from zkos.host.store.library import is_compiled, use
from zkos.lang.linkage import Patch, patched, source_path


class Nursery(Ground):
    """The host around plain native code."""

    def __init__(self, seed: int = 1, workshop: Workshop | None = None) -> None:
        super().__init__(workshop or Workshop())
        self._seed: Final = seed

    def build(self, patches: Sequence[Patch]) -> Built:
        """Change functions of this process; what is built is the plain guest."""
        compiled = tuple(patch for patch in patches if is_compiled(patch.module))
        if compiled:
            use(replace(PLAIN, patches=compiled))
        for patch in patches:
            if patch in compiled:
                continue
            path = source_path(patch.module)
            assert path is not None
            text = path.read_text()
            changed = patched(text, patch.module, (patch,))
            try:
                plant(importlib.import_module(patch.module), text, changed)
            except SyntaxError as error:
                where = Location(str(path), error.lineno or 1, 1)
                raise CompileError(where, f"not Python: {error.msg}") from error
        return Built(self.plain, -1, ())

    def chase(self, built: Built, end: float, tell: Tell) -> Fields:
        """New cases: known ones were served by the host as it was."""
        guest = [engine("native", built.library)]
        for number in until(end, count()):
            begin_case(tell, number, number)
            kind, options = TURNS[number % len(TURNS)]
            target = kind("host", guest, options)
            try:
                problem = target.run(
                    target.generate(source_of(self._seed, number))
                ).problem
            except Exception as error:
                return {"runs": number + 1} | found(f"host: {error!r}", number)
            if problem is not None:
                return {"runs": number + 1} | found(told(problem), number)
        return {"runs": number}


def plant(module: ModuleType, old: str, new: str) -> None:
    """Give the functions of a module that two texts have otherwise the newer code.

    Raises SyntaxError.
    """
    before, after = _functions(ast.parse(old)), _functions(ast.parse(new))
    code = _codes(compile(new, str(module.__file__), "exec"), "")
    for name, dump in after.items():
        if before.get(name) != dump:
            _function(module, name).__code__ = code[name]


def _functions(tree: ast.Module) -> dict[str, str]:
    """Functions and methods by qualified name."""
    found_functions = {}
    for node in tree.body:
        for item in node.body if isinstance(node, ast.ClassDef) else (node,):
            if isinstance(item, ast.FunctionDef):
                prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
                found_functions[prefix + item.name] = ast.dump(item)
    return found_functions


def _codes(code: CodeType, prefix: str) -> dict[str, CodeType]:
    made = {}
    for item in code.co_consts:
        if isinstance(item, CodeType):
            name = prefix + item.co_name
            made[name] = item
            made |= _codes(item, f"{name}.")
    return made


def _function(module: ModuleType, name: str) -> FunctionType:
    """A function of a module, whatever is wrapped around it."""
    made: Any = module
    for part in name.split("."):
        made = vars(made)[part]
    for attribute in ("__func__", "fget", "__wrapped__"):
        made = getattr(made, attribute, made)
    assert isinstance(made, FunctionType)
    return made
