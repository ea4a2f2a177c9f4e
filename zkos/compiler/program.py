"""Guest modules as the compiler sees them: source trees, names and constants.

Constants are not evaluated here: the module is run by CPython, linked as the build is,
and the value is taken from it, as RPython does with prebuilt objects.
"""

import ast
from dataclasses import dataclass, field
from enum import Enum

from zkos.compiler.errors import CompileError, Location, location
from zkos.compiler.types import EnumOf
from zkos.lang import memory
from zkos.lang.linkage import Linkage, LinkError, ModuleTable, source_path

LANGUAGE = "zkos.lang."
RUNTIME = "zkos.compiler.runtime.containers"
PYTHON_NAMES = {"Final", "NoReturn", "Enum", "Generic", "TypeVar", "assert_never"}


@dataclass(eq=False)
class Module:
    """One source file."""

    name: str
    path: str
    tree: ast.Module
    names: dict[str, "Symbol"] = field(default_factory=dict)

    def where(self, node: ast.AST) -> Location:
        """Location of `node` in this file."""
        return location(self.path, node)


@dataclass(eq=False)
class Function:
    """A function or method as written."""

    module: Module
    node: ast.FunctionDef
    owner: "Class | None"

    @property
    def name(self) -> str:
        prefix = f"{self.owner.node.name}." if self.owner else ""
        return f"{self.module.name}:{prefix}{self.node.name}"

    @property
    def where(self) -> Location:
        return self.module.where(self.node)

    def has(self, decorator: str) -> bool:
        """Whether `@decorator` stands on it."""
        return any(
            isinstance(d, ast.Name) and d.id == decorator
            for d in self.node.decorator_list
        )


@dataclass(eq=False)
class Class:
    """A class of objects as written; `parameters` are its type variables."""

    module: Module
    node: ast.ClassDef
    record: bool
    parameters: tuple[str, ...]
    methods: dict[str, Function] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.module.name}:{self.node.name}"


@dataclass(eq=False)
class Error:
    """An exception class; `first..last` numbers it and those below it."""

    name: str
    parent: "Error | None"
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Constant:
    """A module constant with its Python value."""

    value: object


@dataclass(frozen=True)
class Lang:
    """A name of the language itself."""

    name: str


Symbol = Function | Class | Error | EnumOf | Constant | Lang | Module


def _parsed(text: str, path: str) -> ast.Module:
    try:
        return ast.parse(text, path)
    except SyntaxError as error:
        where = Location(path, error.lineno or 1, error.offset or 1)
        raise CompileError(where, f"not Python: {error.msg}") from error


def _is_final(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Constant(str(text)):
            return text.startswith("Final")
        case ast.Name("Final") | ast.Subscript(ast.Name("Final")):
            return True
    return False


class Program:
    """All modules reachable from the roots, which may also import each other."""

    def __init__(self, roots: list[str], linkage: Linkage) -> None:
        self.modules: dict[str, Module] = {}
        self._roots = frozenset(roots)
        self._table = ModuleTable(linkage)
        self.errors: list[Error] = []
        self.runtime = self.load(RUNTIME)
        for root in roots:
            self.load(root)
        self._number_errors()

    def load(self, name: str) -> Module:
        """The module called `name`, with everything it imports."""
        name = self._table.behind(name)
        if name in self.modules:
            return self.modules[name]
        try:
            path, text = self._table.source(name)
        except LinkError as error:
            raise CompileError(Location(name, 1, 1), str(error)) from error
        tree = _parsed(text, path)
        module = Module(name, path, tree)
        self.modules[name] = module
        for node in tree.body:
            self._statement(module, node)
        return module

    def _statement(self, module: Module, node: ast.stmt) -> None:
        match node:
            case ast.Expr(ast.Constant(str())):
                pass
            case ast.ImportFrom():
                self._import(module, node)
            case ast.FunctionDef():
                module.names[node.name] = Function(module, node, None)
            case ast.ClassDef():
                module.names[node.name] = self._class(module, node)
            case ast.Assign([ast.Name(name)], ast.Call(ast.Name("TypeVar"))):
                module.names[name] = Lang("TypeVar")
            case ast.Assign([ast.Name("__all__")], ast.List(items)):
                self._passed_on(module, items)
            case ast.Assign() | ast.AnnAssign():
                name = self._constant_name(module, node)
                module.names[name] = Constant(getattr(self._run(module, node), name))
            case ast.If(ast.Name("TYPE_CHECKING")):
                pass
            case _:
                raise CompileError(
                    module.where(node),
                    "only imports, constants, classes and functions at module level",
                )

    def _constant_name(self, module: Module, node: ast.Assign | ast.AnnAssign) -> str:
        match node:
            case ast.AnnAssign(ast.Name(name), annotation) if _is_final(annotation):
                if name.upper() == name:
                    return name
                raise CompileError(
                    module.where(node), f"the constant {name} is not in capitals"
                )
        raise CompileError(
            module.where(node),
            "modules have no mutable state",
            "a constant is NAME: Final = ...",
        )

    def _passed_on(self, module: Module, items: list[ast.expr]) -> None:
        """`__all__`: what a seam takes from its implementation."""
        for item in items:
            match item:
                case ast.Constant(str(name)) if name in module.names:
                    continue
            raise CompileError(
                module.where(item), "__all__ lists names that are imported above"
            )

    def _run(self, module: Module, node: ast.AST) -> object:
        """The module as CPython has it, for the values of its constants."""
        try:
            return self._table.load(module.name)
        except BaseException as error:  # whatever a constant's expression raises
            if isinstance(error, KeyboardInterrupt):
                raise
            raise CompileError(
                module.where(node), f"importing the module failed: {error!r}"
            ) from error

    def _import(self, module: Module, node: ast.ImportFrom) -> None:
        source = node.module or ""
        for item in node.names:
            where = module.where(node)
            if node.level or item.asname or item.name == "*":
                raise CompileError(
                    where, "imports are absolute, of single names, without 'as'"
                )
            if source in ("typing", "enum"):
                if item.name not in PYTHON_NAMES and item.name != "TYPE_CHECKING":
                    raise CompileError(where, f"{item.name} is not in the language")
                module.names[item.name] = Lang(item.name)
            elif source.startswith(LANGUAGE):
                module.names[item.name] = self._language(source, item.name)
            elif self._importable(source, item.name):
                module.names[item.name] = self._found(source, item.name, where)
            else:
                raise CompileError(where, f"guest code cannot import {source}")

    def _importable(self, source: str, name: str) -> bool:
        """Whether guest code may import this: ours, or what the build starts from."""
        return (
            source.startswith("zkos.")
            or source in self._roots
            or f"{source}.{name}" in self._roots
        )

    def _found(self, source: str, name: str, where: Location) -> Symbol:
        """What `from source import name` gives: a name of it, or a module in it."""
        names = self.load(source).names
        if name in names:
            return names[name]
        inner = f"{source}.{name}"
        if source_path(inner) is None:
            raise CompileError(where, f"{source} has no {name}")
        return self.load(inner)

    def _language(self, source: str, name: str) -> Symbol:
        if name in ("List", "Map"):
            return self.runtime.names[name]
        if name == "NOT_FOUND":
            return Constant(memory.NOT_FOUND)
        return Lang(name)

    def _class(self, module: Module, node: ast.ClassDef) -> Symbol:
        bases = [ast.unparse(base) for base in node.bases]
        if bases == ["Enum"]:
            return self._enum(module, node)
        if len(bases) == 1 and not bases[0].startswith("Generic["):
            return self._error(module, node, bases[0])
        parameters: tuple[str, ...] = ()
        if bases and module.name != RUNTIME:
            raise CompileError(module.where(node), "only List and Map are generic")
        if bases:
            parameters = tuple(bases[0][len("Generic[") : -1].split(", "))
        elif node.keywords or len(bases) > 1:
            raise CompileError(module.where(node), "classes have no bases")
        record = False
        for decorator in node.decorator_list:
            if not (isinstance(decorator, ast.Name) and decorator.id == "record"):
                raise CompileError(module.where(decorator), "unknown class decorator")
            record = True
        made = Class(module, node, record, parameters)
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                made.methods[item.name] = Function(module, item, made)
        return made

    def _enum(self, module: Module, node: ast.ClassDef) -> EnumOf:
        kind = getattr(self._run(module, node), node.name)
        assert issubclass(kind, Enum)
        for member in kind:
            if type(member.value) is not int or not 0 <= member.value < 1 << 31:
                raise CompileError(
                    module.where(node), f"{member.name} is no small literal"
                )
        members = tuple((member.name, member.value) for member in kind)
        return EnumOf(f"{module.name}:{node.name}", members)

    def _error(self, module: Module, node: ast.ClassDef, base: str) -> Error:
        parent = module.names.get(base)
        if base != "Exception" and not isinstance(parent, Error):
            raise CompileError(
                module.where(node),
                f"class {node.name} inherits from {base}",
                "only exceptions have a base class",
            )
        if any(not isinstance(item, ast.Expr | ast.Pass) for item in node.body):
            raise CompileError(module.where(node), "exceptions have no fields")
        made = Error(node.name, parent if isinstance(parent, Error) else None)
        self.errors.append(made)
        return made

    def _number_errors(self) -> None:
        """Preorder numbers from 1, so that a class covers a range."""
        counter = 0

        def number(error: Error) -> None:
            nonlocal counter
            counter += 1
            error.first = counter
            for child in self.errors:
                if child.parent is error:
                    number(child)
            error.last = counter

        for error in self.errors:
            if error.parent is None:
                number(error)
