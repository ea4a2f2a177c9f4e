"""Which module stands behind a name, for CPython and for the compiler alike.

A seam is a guest module with a `.pyi` beside it: the `.pyi` says what it offers, the
`.py` imports that from the default implementation. A `Linkage` binds seams to other
modules, gives constants other values and patches sources. A `ModuleTable` holds the
guest's modules of one linkage apart from those of any other, so constants derived from
a changed one follow it.

Host side: this is ordinary Python, not guest code.
"""

import ast
import builtins
import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

_LANGUAGE: Final = "zkos.lang"
_OVERRIDES: Final = "__overrides__"


@dataclass(frozen=True)
class Patch:
    """A change of one place of a source text, as planted faults need it."""

    module: str
    old: str
    """Text that occurs exactly once in the module."""
    new: str


@dataclass(frozen=True)
class Linkage:
    """What differs from the modules as they are. `Linkage()` changes nothing."""

    bindings: tuple[tuple[str, str], ...] = ()
    """Seams with the modules behind them; of two for one seam the last counts."""
    overrides: tuple[tuple[str, object], ...] = ()
    """Module constants by `module:NAME` with the values they have instead."""
    patches: tuple[Patch, ...] = ()


class LinkError(Exception):
    """A linkage does not fit the sources it names."""


class ModuleTable:
    """The guest's modules of one linkage; `zkos.lang` is shared by all tables.

    Without any change they are the modules that everybody imports.
    """

    def __init__(self, linkage: Linkage) -> None:
        """Raises LinkError if something is bound that is no seam."""
        self._bindings: Final = dict(linkage.bindings)
        self._patches: Final = linkage.patches
        self._overrides: Final[dict[str, dict[str, object]]] = {}
        for place, value in linkage.overrides:
            module, _, name = place.partition(":")
            self._overrides.setdefault(module, {})[name] = value
        self._private: Final = bool(
            linkage.bindings or linkage.overrides or linkage.patches
        )
        self._modules: Final[dict[str, ModuleType]] = {}
        self._builtins: Final = {**vars(builtins), "__import__": self._import}
        for seam, module in self._bindings.items():
            if interface(seam) is None:
                raise LinkError(f"{seam} is no seam: there is no .pyi beside it")
            if module in self._bindings:
                raise LinkError(f"{seam} is bound to {module}, which is bound itself")

    def behind(self, name: str) -> str:
        """The module that is loaded where `name` is imported."""
        return self._bindings.get(name, name)

    def source(self, name: str) -> tuple[str, str]:
        """Path and text of the module behind `name`, patched. Raises LinkError."""
        name = self.behind(name)
        path = source_path(name)
        if path is None:
            raise LinkError(f"no module named {name}")
        return str(path), patched(path.read_text(), name, self._patches)

    def load(self, name: str) -> ModuleType:
        """The module behind `name` as CPython runs it.

        Raises LinkError, ImportError and whatever its constants raise.
        """
        name = self.behind(name)
        if not self._private or not _of_guest(name):
            return importlib.import_module(name)
        if name not in self._modules:
            made = self._modules[name] = ModuleType(name)
            try:
                exec(self._code(name), self._globals(made))
            except BaseException:
                del self._modules[name]
                raise
        return self._modules[name]

    def _globals(self, module: ModuleType) -> dict[str, Any]:
        known = vars(module)
        known["__file__"] = str(source_path(module.__name__))
        known["__builtins__"] = self._builtins
        known[_OVERRIDES] = self._overrides.get(module.__name__, {})
        return known

    def _code(self, name: str) -> CodeType:
        overrides = self._overrides.get(name, {})
        if not overrides and all(patch.module != name for patch in self._patches):
            return _as_it_is(name)
        path, text = self.source(name)
        tree = ast.parse(text, path)
        for constant in overrides:
            _take(tree, name, constant)
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)

    def _import(
        self,
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What an import statement of the guest calls."""
        if fromlist and level == 0 and _of_guest(name):
            module = self.load(name)
            for item in fromlist:
                inner = f"{name}.{item}"
                if not hasattr(module, item) and source_path(inner) is not None:
                    setattr(module, item, self.load(inner))
            return module
        return __import__(name, globals_, locals_, fromlist or (), level)


def interface(name: str) -> Path | None:
    """The `.pyi` of a seam; None for every other module."""
    path = source_path(name)
    stub = path.with_suffix(".pyi") if path is not None else None
    return stub if stub is not None and stub.is_file() else None


def source_path(name: str) -> Path | None:
    """The file of a module, if it exists."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None else None


def patched(text: str, module: str, patches: Sequence[Patch]) -> str:
    """The source of a module with its patches applied. Raises LinkError."""
    for patch in patches:
        if patch.module == module:
            if text.count(patch.old) != 1:
                raise LinkError(
                    f"{module}: {text.count(patch.old)} places match {patch.old!r}"
                )
            text = text.replace(patch.old, patch.new)
    return text


def _of_guest(name: str) -> bool:
    """Whether a module that guest code imports is the guest's own."""
    if name == _LANGUAGE or name.startswith(f"{_LANGUAGE}."):
        return False
    return name.partition(".")[0] not in sys.stdlib_module_names


def _as_it_is(name: str) -> CodeType:
    """The code of an unchanged module: as CPython keeps it, which saves time."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise LinkError(f"no module named {name}")
    # Not the loader it comes with: pytest's rewrites modules of packages with plugins.
    loader = importlib.machinery.SourceFileLoader(name, spec.origin)
    code = loader.get_code(name)
    assert code is not None
    return code


def _take(tree: ast.Module, module: str, constant: str) -> None:
    """Have the assignment of a constant take the value of the linkage."""
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(name)) if name == constant:
                overrides = ast.Name(_OVERRIDES, ast.Load())
                node.value = ast.Subscript(overrides, ast.Constant(name), ast.Load())
                return
    raise LinkError(f"{module} has no constant {constant}")
