"""What is known while a function is checked: names, types, narrowing, literals."""

import ast
from collections.abc import Iterator

from zkos.compiler.check import Checker
from zkos.compiler.errors import CompileError
from zkos.compiler.program import Constant, Lang, Module
from zkos.compiler.tree import (
    Const,
    Expr,
    Instance,
    Local,
    Null,
    Op,
    Pack,
)
from zkos.compiler.types import (
    BOOL,
    DISPATCH,
    INTS,
    NONE,
    U32,
    EnumOf,
    Int,
    Literal,
    Maybe,
    Ref,
    Table,
    TupleOf,
    Type,
)
from zkos.lang.control import DispatchTable


class Scope:
    """The names of one function, and values that must have a given type."""

    def __init__(self, checker: Checker, instance: Instance) -> None:
        self.checker = checker
        self.instance = instance
        self.module: Module = instance.function.module
        self.names: dict[str, Type] = (
            checker.classes[instance.owner][1] if instance.owner else {}
        )
        self.locals: dict[str, Type] = dict(instance.parameters)
        self.narrowed: dict[str, Ref] = {}
        self.literals: dict[str, int] = {}
        self.assigned = set(_bound(instance.function.node))
        """Names the body binds: these are locals everywhere in it."""
        self.loops = 0
        """Loops around the statement being checked."""
        self.handling = 0
        """Handlers around it."""

    def error(self, node: ast.AST, message: str, hint: str = "") -> CompileError:
        """An error at `node`."""
        return CompileError(self.module.where(node), message, hint)

    def value(self, node: ast.expr, expected: Type) -> Expr:
        """Check `node` as a value of type `expected`; literals take that type."""
        return self.coerce(node, self.check(node, expected), expected)

    def sized(self, node: ast.expr, expected: Type) -> Expr:
        """The same where a bare literal would stay a Python integer."""
        return self.coerce(node, self._wide(node, expected), expected)

    def _wide(self, node: ast.expr, expected: Type | None) -> Expr:
        made = self.check(node, expected)
        if isinstance(made.kind, Literal):
            kind = expected if isinstance(expected, Int) else U32
            raise self.error(
                node, "a literal has no width here", f"write {kind}({made.kind.value})"
            )
        return made

    def coerce(self, node: ast.expr, made: Expr, expected: Type) -> Expr:
        """Make `made` a value of type `expected` or complain."""
        if made.kind == expected:
            return made
        match made.kind, expected:
            case Literal(number), Int():
                low = -(1 << expected.bits - 1) if expected.signed else 0
                high = (1 << expected.bits - expected.signed) - 1
                if not low <= number <= high:
                    raise self.error(node, f"{number} does not fit {expected}")
                return Const(expected, made.where, number)
            case (Ref(), Maybe(ref)) if made.kind is ref:
                return Op(expected, made.where, "wrap", [made])
            case (_, Maybe()) if isinstance(made, Null):
                return Null(expected, made.where)
            case (TupleOf(items), TupleOf(wanted)) if isinstance(made, Pack):
                if len(items) == len(wanted) and isinstance(node, ast.Tuple):
                    parts = [
                        self.coerce(n, part, kind)
                        for n, part, kind in zip(
                            node.elts, made.items, wanted, strict=True
                        )
                    ]
                    return Pack(expected, made.where, parts)
        hint = ""
        if isinstance(made.kind, Maybe):
            hint = "test the local name with 'is None' first"
        elif isinstance(made.kind, Int) and isinstance(expected, Int):
            hint = f"convert: {expected}(...)"
        raise self.error(node, f"expected {expected}, got {made.kind}", hint)

    def condition(self, node: ast.expr) -> Expr:
        """Check a truth value."""
        made = self.check(node, BOOL)
        if made.kind != BOOL:
            raise self.error(
                node, f"{made.kind} is no truth value", "compare it with something"
            )
        return made

    def typed(self, node: ast.expr) -> Expr:
        """Check an expression that must have a type of its own."""
        return self._wide(node, None)

    def _constant(self, node: ast.expr, value: object) -> Expr:
        where = self.module.where(node)
        if value is None:
            return Null(NONE, where)
        if isinstance(value, bool):
            return Const(BOOL, where, int(value))
        if isinstance(value, int):
            return Const(Literal(value), where, value)
        raise self.error(node, f"{type(value).__name__} values are not in the language")

    def prebuilt(self, node: ast.expr, value: object) -> Expr:
        """A Python value taken from a module as a constant expression."""
        where = self.module.where(node)
        if isinstance(value, tuple):
            return Const(Table(value), where, 0)
        if isinstance(value, DispatchTable):
            return Op(DISPATCH, where, "table", [], value)
        if isinstance(value, bool):
            return Const(BOOL, where, int(value))
        if type(value).__name__ in INTS and isinstance(value, int):
            return Const(INTS[type(value).__name__], where, int(value))
        if type(value) is int:
            return Const(Literal(value), where, value)
        member = getattr(value, "name", None)
        for symbol in self.module.names.values():
            if isinstance(symbol, EnumOf) and symbol.name == (
                f"{type(value).__module__}:{type(value).__name__}"
            ):
                return Const(symbol, where, dict(symbol.members)[str(member)])
        raise self.error(node, f"a constant cannot be of {type(value).__name__}")

    def _name(self, node: ast.Name) -> Expr:
        where = self.module.where(node)
        if node.id in self.literals:
            number = self.literals[node.id]
            return Const(Literal(number), where, number)
        if node.id in self.narrowed:
            kind = self.narrowed[node.id]
            inner = Local(Maybe(kind), where, node.id)
            return Op(kind, where, "unwrap", [inner])
        if node.id in self.locals:
            return Local(self.locals[node.id], where, node.id)
        if node.id in self.assigned:
            raise self.error(node, f"{node.id} has no value yet")
        symbol = self.module.names.get(node.id)
        if isinstance(symbol, Constant):
            return self.prebuilt(node, symbol.value)
        if isinstance(symbol, Lang) and symbol.name in self.checker.overrides:
            return self.prebuilt(node, self.checker.overrides[symbol.name])
        if symbol is None:
            raise self.error(node, f"{node.id} is not defined here")
        raise self.error(node, f"{node.id} is no value")

    def narrow(self, test: ast.expr, outcome: bool) -> None:
        """Note what `test` being `outcome` says about `Optional` locals."""
        match test:
            case ast.Compare(ast.Name(name), [op], [ast.Constant(None)]):
                kind = self.locals.get(name)
                if isinstance(kind, Maybe) and isinstance(op, ast.IsNot) == outcome:
                    self.narrowed[name] = kind.ref
            case ast.BoolOp(op, values) if isinstance(op, ast.And) == outcome:
                for value in values:
                    self.narrow(value, outcome)
            case ast.UnaryOp(ast.Not(), operand):
                self.narrow(operand, not outcome)

    def _int(self, name: str) -> Int | None:
        if name in self.locals:
            return None
        bound = self.names.get(name)
        if isinstance(bound, Int):
            return bound
        symbol = self.module.names.get(name)
        return INTS.get(symbol.name) if isinstance(symbol, Lang) else None

    def use(self, target: Instance) -> Instance:
        """Note a call from this function."""
        self.instance.calls.append(target)
        return target

    def check(self, node: ast.expr, expected: Type | None = None) -> Expr:
        """Check any expression; `expected` only helps literals and tuples."""
        raise NotImplementedError


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that statements bind: no expression of the language does."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name):
            if isinstance(child.ctx, ast.Store):
                yield child.id
        elif isinstance(child, ast.Tuple) or not isinstance(child, ast.expr):
            yield from _bound(child)
