"""Checks expressions: one method per form of the language."""

import ast

from zkos.compiler.calls import Calls
from zkos.compiler.program import Constant, Lang, Module
from zkos.compiler.tree import (
    Const,
    Expr,
    Field,
    Item,
    Pack,
    TableItem,
)
from zkos.compiler.types import (
    INTS,
    U8,
    U32,
    VIEW,
    ArrayOf,
    EnumOf,
    Int,
    Literal,
    Maybe,
    Ref,
    Table,
    TupleOf,
    Type,
)


class Expressions(Calls):
    """Checks the expressions of one function."""

    def check(self, node: ast.expr, expected: Type | None = None) -> Expr:
        """Check any expression; `expected` only helps literals and tuples."""
        match node:
            case ast.Constant(value):
                return self._constant(node, value)
            case ast.Name():
                return self._name(node)
            case ast.BinOp():
                return self._binary(node, expected)
            case ast.UnaryOp(op, operand):
                return self._unary(node, op, operand, expected)
            case ast.Compare(left, [op], [right]):
                return self._compare(node, left, op, right)
            case ast.Compare():
                raise self.error(node, "comparisons do not chain", "use 'and'")
            case ast.BoolOp(op, values):
                return self._logic(node, isinstance(op, ast.And), values)
            case ast.IfExp(test, body, orelse):
                return self._choice(node, test, body, orelse, expected)
            case ast.Tuple(items):
                wanted: tuple[Type | None, ...] = (None,) * len(items)
                if isinstance(expected, TupleOf) and len(expected.items) == len(items):
                    wanted = expected.items
                parts = [
                    self.sized(item, kind) if kind else self.check(item)
                    for item, kind in zip(items, wanted, strict=True)
                ]
                kind = TupleOf(tuple(part.kind for part in parts))
                return Pack(kind, self.module.where(node), parts)
            case ast.Attribute(owner, name):
                return self._attribute(node, owner, name)
            case ast.Subscript(owner, index):
                return self._subscript(node, owner, index)
            case ast.Call(function, arguments, []):
                return self._call(node, function, arguments)
            case ast.Call():
                raise self.error(node, "arguments are positional")
        raise self.error(node, f"{type(node).__name__} is not in the language")

    def _attribute(self, node: ast.expr, owner: ast.expr, name: str) -> Expr:
        where = self.module.where(node)
        if isinstance(owner, ast.Name) and owner.id not in self.locals:
            kind = self.names.get(owner.id)
            if isinstance(kind, Int) and name == "BITS":
                return Const(Literal(kind.bits), where, kind.bits)
            symbol = self.module.names.get(owner.id)
            if isinstance(symbol, Module):
                return self._constant_of(node, symbol, name)
            if isinstance(symbol, EnumOf):
                members = dict(symbol.members)
                if name not in members:
                    raise self.error(node, f"{symbol} has no member {name}")
                return Const(symbol, where, members[name])
            if isinstance(symbol, Lang) and symbol.name in INTS and name == "BITS":
                bits = INTS[symbol.name].bits
                return Const(Literal(bits), where, bits)
        made = self.check(owner)
        if isinstance(made.kind, Ref) and name in made.kind.fields:
            return Field(made.kind.fields[name], where, made, name)
        hint = ""
        if isinstance(made.kind, Maybe):
            hint = "it may be None: bind it to a local name and test that"
        raise self.error(node, f"{made.kind} has no field {name}", hint)

    def _constant_of(self, node: ast.expr, module: Module, name: str) -> Expr:
        """`module.NAME`."""
        symbol = module.names.get(name)
        if not isinstance(symbol, Constant):
            raise self.error(
                node,
                f"{module.name} has no constant {name}",
                "import other names by themselves",
            )
        return self.prebuilt(node, symbol.value)

    def _subscript(self, node: ast.expr, owner: ast.expr, index: ast.expr) -> Expr:
        where = self.module.where(node)
        made = self.check(owner)
        if isinstance(made.kind, ArrayOf):
            return Item(made.kind.item, where, made, self.value(index, U32))
        if made.kind == VIEW:
            return Item(U8, where, made, self.value(index, U32))
        if isinstance(made.kind, Table):
            return self._table_item(node, made, made.kind, index)
        if isinstance(made.kind, Ref):
            return self.method_call(node, made, "__getitem__", [index])
        raise self.error(node, f"{made.kind} cannot be indexed")

    def _table_item(
        self, node: ast.expr, made: Expr, table: Table, index: ast.expr
    ) -> Expr:
        where = self.module.where(node)
        at = self.check(index)
        indices = made.indices if isinstance(made, TableItem) else []
        if isinstance(at, Const) and not indices:
            if not 0 <= at.value < len(table.value):
                raise self.error(index, "index outside the constant tuple")
            return self.prebuilt(node, table.value[at.value])
        at = self.coerce(index, at, U32)
        base = made.table if isinstance(made, TableItem) else table.value
        first = table.value[0] if table.value else None
        kinds = {_shape(item) for item in table.value}
        if len(kinds) != 1:
            raise self.error(
                node, "the items of this tuple differ in type", "index it by a literal"
            )
        inner = self.prebuilt(node, first)
        if isinstance(inner.kind, Literal):
            raise self.error(
                node, "the items have no width", "make the constant of U32(...)"
            )
        return TableItem(inner.kind, where, base, [*indices, at])


def _shape(item: object) -> object:
    if isinstance(item, tuple):
        return tuple(_shape(part) for part in item)
    return type(item).__name__
