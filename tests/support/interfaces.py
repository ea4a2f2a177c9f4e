"""Whether a module keeps what the `.pyi` of a seam promises: an AST beside another.

What an interface names must be there with the same parameters and the same types by
origin; a module may have more than its interface. Constants are compared by type.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from zkos.lang.linkage import Linkage, ModuleTable, interface, source_path

TABLE = ModuleTable(Linkage())


class Source:
    """A file's definitions, and where each of its names comes from."""

    def __init__(self, module: str, path: Path) -> None:
        self.module = module
        self.names: dict[str, ast.stmt] = {}
        self.origins: dict[str, tuple[str, str]] = {}
        for node in ast.parse(path.read_text()).body:
            match node:
                case ast.FunctionDef(name) | ast.ClassDef(name):
                    self.names[name] = node
                case ast.AnnAssign(ast.Name(name)):
                    self.names[name] = node
                case ast.ImportFrom(module=str(origin), names=items):
                    for item in items:
                        self.origins[item.name] = (origin, item.name)

    def find(self, name: str) -> "tuple[Source, ast.stmt] | None":
        """A definition, also one that is passed on from another module."""
        if name in self.names:
            return self, self.names[name]
        if name not in self.origins:
            return None
        module, name = self.origins[name]
        path = source_path(module)
        return Source(module, path).find(name) if path else None

    def type_text(self, node: ast.expr | None) -> str:
        """An annotation with the names in it as the modules they come from."""
        if node is None:
            return "nothing"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in self.origins:
                part.id = ":".join(self.origins[part.id])
        return ast.unparse(node)


def default_of(seam: str) -> str:
    """The one module a seam's `.py` imports from."""
    path = source_path(seam)
    assert path is not None
    tree = ast.parse(path.read_text())
    doc, *imports, passed = tree.body
    assert isinstance(doc, ast.Expr), f"{seam} has no docstring"
    modules = {node.module for node in imports if isinstance(node, ast.ImportFrom)}
    assert len(modules) == 1, f"{seam} takes from {modules}"
    imported = {
        item.name
        for node in imports
        if isinstance(node, ast.ImportFrom)
        for item in node.names
    }
    assert isinstance(passed, ast.Assign), f"{seam} does not end with __all__"
    assert set(ast.literal_eval(passed.value)) == imported
    return str(modules.pop())


def complaints(seam: str, module: str) -> list[str]:
    """What a module lacks to stand behind a seam."""
    stub, path = interface(seam), source_path(module)
    assert stub is not None, f"{seam} is no seam"
    assert path is not None, f"no module {module}"
    wanted, given = Source(seam, stub), Source(module, path)
    return [
        f"{module}: {complaint}"
        for name, node in wanted.names.items()
        for complaint in _compare(name, wanted, node, given.find(name))
    ]


def _compare(
    name: str, wanted: Source, node: ast.stmt, found: "tuple[Source, ast.stmt] | None"
) -> Iterator[str]:
    if found is None:
        yield f"no {name}"
        return
    given, other = found
    match node, other:
        case ast.FunctionDef(), ast.FunctionDef():
            yield from _same(name, _signature(wanted, node), _signature(given, other))
        case ast.ClassDef(), ast.ClassDef():
            yield from _class(wanted, node, given, other)
        case ast.AnnAssign(annotation=ast.Subscript(slice=kind)), ast.AnnAssign():
            value = getattr(TABLE.load(given.module), name)
            head = kind.value if isinstance(kind, ast.Subscript) else kind
            yield from _same(name, ast.unparse(head), type(value).__name__)
        case _:
            yield f"{name} is a {type(other).__name__}"


def _class(
    wanted: Source, node: ast.ClassDef, given: Source, other: ast.ClassDef
) -> Iterator[str]:
    ours, theirs = _members(node), _members(other)
    if "record" in _head(other) and isinstance(ours.get("__init__"), ast.FunctionDef):
        # A record is made of its fields, in their order.
        theirs["__init__"] = _maker(theirs)
    else:
        yield from _same(node.name, _head(node), _head(other))
    for name, member in ours.items():
        place = f"{node.name}.{name}"
        match member, theirs.get(name):
            case ast.FunctionDef() as one, ast.FunctionDef() as two:
                yield from _same(place, _signature(wanted, one), _signature(given, two))
            case ast.AnnAssign() as one, ast.AnnAssign() as two:
                kinds = (
                    wanted.type_text(one.annotation),
                    given.type_text(two.annotation),
                )
                yield from _same(place, *kinds)
            case ast.Assign() as one, ast.Assign() as two:
                yield from _same(place, ast.unparse(one), ast.unparse(two))
            case _:
                yield f"no {place}"
    if "record" in _head(node) and list(ours) != list(theirs):
        yield f"{node.name} is made of {list(theirs)}, expected {list(ours)}"


def _maker(members: dict[str, ast.stmt]) -> ast.FunctionDef:
    """The constructor that the fields of a record stand for."""
    fields = [
        f"{name}: {ast.unparse(item.annotation)}"
        for name, item in members.items()
        if isinstance(item, ast.AnnAssign)
    ]
    (made,) = ast.parse(f"def __init__(self, {', '.join(fields)}) -> None: ...").body
    assert isinstance(made, ast.FunctionDef)
    return made


def _head(node: ast.ClassDef) -> str:
    """Bases and decorators, as text."""
    return ", ".join(map(ast.unparse, [*node.bases, *node.decorator_list]))


def _members(node: ast.ClassDef) -> dict[str, ast.stmt]:
    members: dict[str, ast.stmt] = {}
    for item in node.body:
        match item:
            case ast.FunctionDef(name) | ast.AnnAssign(ast.Name(name)):
                members[name] = item
            case ast.Assign([ast.Name(name)]):
                members[name] = item
    return members


def _signature(source: Source, node: ast.FunctionDef) -> str:
    parts = [
        f"{item.arg}: {source.type_text(item.annotation)}" for item in node.args.args
    ]
    return f"({', '.join(parts)}) -> {source.type_text(node.returns)}"


def _same(place: str, wanted: str, given: str) -> Iterator[str]:
    if wanted != given:
        yield f"{place} is {given}, expected {wanted}"
