"""The shape of the source: who imports whom, how long modules are."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("zkos", "differential", "fuzz")
MOST_LINES = 400
GUEST = {
    "system": ("protocol", "crypto"),
    "rlp": ("protocol", "crypto"),
    "state": ("protocol", "crypto", "system"),
    "models": ("protocol", "crypto", "system", "rlp", "state"),
    "commitment": ("protocol", "crypto", "system", "rlp", "state", "models"),
    "evm": ("protocol", "crypto", "system", "state"),
    "environments": ("protocol", "system", "state", "evm"),
    "hooks": ("protocol", "crypto", "system", "state"),
    "transactions": ("protocol", "crypto", "system", "rlp", "state"),
}
"""What the packages of the guest import of each other, besides themselves."""
ALLOWED = {
    "zkos.lang": {"zkos.lang"},
    "zkos.terminal": {"zkos.terminal"},
    "zkos.guest.protocol": {"zkos.lang", "zkos.guest.protocol"},
    "zkos.guest.crypto": {"zkos.lang", "zkos.guest.protocol", "zkos.guest.crypto"},
    **{
        f"zkos.guest.{name}": {
            "zkos.lang", *(f"zkos.guest.{below}" for below in (name, *allowed)),
        }
        for name, allowed in GUEST.items()
    },
    # A seam: the interface is the state's, the default behind it a model.
    "zkos.guest.state.backing": {"zkos.guest.models"},
    "zkos.guest": {"zkos.lang", "zkos.guest"},
    "zkos.compiler": {"zkos.lang", "zkos.terminal", "zkos.compiler"},
    "zkos.versions": {"zkos.lang", "zkos.compiler", "zkos.versions"},
    "zkos.unsettled": {"zkos.versions", "zkos.unsettled"},
    "zkos.machine": {"zkos.lang", "zkos.terminal", "zkos.compiler", "zkos.machine"},
    "zkos.host": {
        "zkos.lang", "zkos.terminal", "zkos.guest.protocol", "zkos.guest.evm.opcodes",
        "zkos.compiler", "zkos.versions", "zkos.machine", "zkos.host",
    },
    "zkos.cases": {
        "zkos.lang", "zkos.terminal", "zkos.guest.protocol", "zkos.guest.evm.opcodes",
        "zkos.versions", "zkos.host", "zkos.cases",
    },
    "differential": {"zkos", "differential"},
    "zkos.api": {"zkos", "differential"},
    "fuzz": {"zkos", "differential", "fuzz"},
    "zkos.cli": {"zkos", "differential", "fuzz"},
    "zkos.docs": {"zkos", "differential", "fuzz"},
    "zkos.__main__": {"zkos.cli"},
}  # fmt: skip
"""What each layer imports of ours; the longest prefix of a module's name counts."""

TOP = "zkos.cli"
"""Imported by nothing below it; what commands talk with is `zkos.terminal`."""

ABOVE = ("zkos.cli", "zkos.docs", "zkos.__main__")
"""The top itself, the pages that show the help of commands, and `python -m zkos`."""

ENTRY_POINT = "zkos.cli"
"""The package whose `__init__` names `main` for the console script."""


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


MODULES = dict(modules())


@cache
def imports(path: Path) -> list[tuple[str, int]]:
    """Modules of ours that a file imports and the lines, also inside functions."""
    return list(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names = [
                f"{base}.{item.name}" if f"{base}.{item.name}" in MODULES else base
                for item in node.names
            ]
        elif isinstance(node, ast.Import):
            names = [item.name for item in node.names]
        for name in names:
            if name.split(".")[0] in (*PACKAGES, "tests"):
                yield name, node.lineno


def below(name: str, layer: str) -> bool:
    return name == layer or name.startswith(layer + ".")


def layer_of(name: str) -> str | None:
    known = [layer for layer in ALLOWED if below(name, layer)]
    return max(known, key=len, default=None)


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name):
    layer = layer_of(name)
    if layer is None:
        assert name in PACKAGES, f"{name} belongs to no layer"
        return
    for imported, line in imports(MODULES[name]):
        assert any(below(imported, other) for other in ALLOWED[layer]), (
            f"{name}:{line} imports {imported}"
        )
        if not any(below(name, layer) for layer in ABOVE):
            assert not below(imported, TOP), f"{name}:{line} imports {imported}"


def test_modules_are_not_long():
    long = {
        str(path.relative_to(ROOT))
        for path in MODULES.values()
        if len(path.read_text().splitlines()) > MOST_LINES
    }
    assert not long


def test_no_module_is_a_heap_of_things():
    for name in MODULES:
        assert name.rsplit(".", 1)[-1] not in ("utils", "helpers", "common"), name


@pytest.mark.parametrize(
    "name", [name for name, path in MODULES.items() if path.name == "__init__.py"]
)
def test_packages_hold_one_docstring(name):
    body = ast.parse(MODULES[name].read_text()).body
    if name == ENTRY_POINT:
        assert isinstance(body[1], ast.ImportFrom)
        del body[1:3]
    assert len(body) == 1, f"{name} has code"
    assert ast.get_docstring(ast.Module(body, [])), f"{name} has no docstring"


@pytest.mark.parametrize("name", MODULES)
def test_modules_say_what_they_are(name):
    assert ast.get_docstring(ast.parse(MODULES[name].read_text())), name


def cycle_in(graph: Mapping[str, set[str]]) -> tuple[str, ...] | None:
    """Modules that import each other in a circle, the first one last again."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path[path.index(name) :], name)
        if name not in done:
            for imported in sorted(graph.get(name, set())):
                found = visit(imported, (*path, name))
                if found is not None:
                    return found
            done.add(name)
        return None

    found = (visit(name, ()) for name in graph)
    return next((cycle for cycle in found if cycle is not None), None)


def test_imports_form_no_cycle():
    graph = {
        name: {imported for imported, _ in imports(path) if imported in MODULES}
        - {name}
        for name, path in MODULES.items()
    }
    assert cycle_in(graph) is None


def test_a_cycle_is_told():
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": set()}) is None
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ("b", "c", "b")
