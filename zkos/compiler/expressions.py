"""Checks expressions: one method per form of the language."""

import ast
import operator
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from zkos.compiler.check import Checker
from zkos.compiler.errors import CompileError
from zkos.compiler.operations import (
    INTRINSICS,
    Signature,
    array_method,
    integer_method,
    view_method,
)
from zkos.compiler.program import Class, Constant, Error, Function, Lang, Module
from zkos.compiler.tree import (
    Call,
    Choice,
    Const,
    Expr,
    Field,
    Instance,
    Item,
    Local,
    Logic,
    New,
    Null,
    Op,
    Pack,
    TableItem,
)
from zkos.compiler.types import (
    BOOL,
    DISPATCH,
    INTS,
    NONE,
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
from zkos.lang.control import DispatchTable

BINARY: Final[dict[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.FloorDiv: "div",
    ast.Mod: "rem",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "shr",
}
COMPARE: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
FOLD: Final[dict[str, Callable[[int, int], int]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.floordiv,
    "rem": operator.mod,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "shl": operator.lshift,
    "shr": operator.rshift,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
ARITHMETIC: Final = {"add", "sub", "mul"}


class Expressions:
    """Checks the expressions of one function."""

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
        self.assigned = {
            inner.id
            for inner in ast.walk(instance.function.node)
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
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

    def check(self, node: ast.expr, expected: Type | None = None) -> Expr:
        """Check any expression; `expected` only helps literals and tuples."""
        where = self.module.where(node)
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
                return Pack(TupleOf(tuple(part.kind for part in parts)), where, parts)
            case ast.Attribute(owner, name):
                return self._attribute(node, owner, name)
            case ast.Subscript(owner, index):
                return self._subscript(node, owner, index)
            case ast.Call(function, arguments, []):
                return self._call(node, function, arguments)
            case ast.Call():
                raise self.error(node, "arguments are positional")
        raise self.error(node, f"{type(node).__name__} is not in the language")

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

    def _operands(
        self, node: ast.expr, left: ast.expr, right: ast.expr
    ) -> tuple[Expr, Expr]:
        """Both operands with one type; a literal takes the other's."""
        first = self.check(left)
        second = self.check(right)
        if isinstance(first.kind, Literal) and not isinstance(second.kind, Literal):
            if isinstance(node, ast.BinOp):
                raise self.error(
                    left,
                    "a literal cannot stand on the left",
                    f"write {second.kind}({first.kind.value})",
                )
            first = self.coerce(left, first, second.kind)
        elif not isinstance(first.kind, Literal):
            if isinstance(second.kind, Literal):
                second = self.coerce(right, second, first.kind)
            elif first.kind != second.kind:
                hint = ""
                if isinstance(first.kind, Int) and isinstance(second.kind, Int):
                    hint = "convert one of them"
                raise self.error(
                    node, f"operands of types {first.kind} and {second.kind}", hint
                )
        return first, second

    def _binary(self, node: ast.BinOp, expected: Type | None) -> Expr:
        where = self.module.where(node)
        name = BINARY.get(type(node.op))
        if name is None:
            raise self.error(node, f"no operator {type(node.op).__name__}")
        if name in ("shl", "shr"):
            return self._shift(node, name, expected)
        first, second = self._operands(node, node.left, node.right)
        if isinstance(first.kind, Literal) and isinstance(second.kind, Literal):
            return self._folded(node, name, first.kind, second.kind)
        kind = first.kind
        if kind == BOOL and name in ("and", "or", "xor"):
            return Op(BOOL, where, name, [first, second])
        if not isinstance(kind, Int) or kind.opaque:
            raise self.error(node, f"no arithmetic on {kind}")
        if kind.signed and name in ("div", "rem"):
            raise self.error(
                node, f"no // and % on {kind}", "use truncating_div and truncating_rem"
            )
        if name in ("div", "rem") and kind.bits > 64:
            return self._wide_division(node, kind, name, first, second)
        return Op(kind, where, name, [first, second])

    def _folded(
        self, node: ast.expr, name: str, first: Literal, second: Literal
    ) -> Expr:
        """An operation on literals, done now."""
        if name in ("div", "rem") and second.value == 0:
            raise self.error(node, "division by zero")
        if name in ("shl", "shr") and not 0 <= second.value <= 512:
            raise self.error(node, f"shift by {second.value}")
        number = FOLD[name](first.value, second.value)
        return Const(Literal(number), self.module.where(node), number)

    def _wide_division(
        self, node: ast.BinOp, kind: Int, name: str, first: Expr, second: Expr
    ) -> Expr:
        where = self.module.where(node)
        names = self.checker.program.load("zkos.guest.crypto.division").names
        function = names[f"divide_u{kind.bits}"]
        assert isinstance(function, Function)
        target = self.use(self.checker.instance(function, None))
        pair = Call(TupleOf((kind, kind)), where, target, [first, second])
        checked = Op(pair.kind, where, "checked_division", [pair, second])
        return Op(kind, where, "pick", [checked], 0 if name == "div" else 1)

    def _shift(self, node: ast.BinOp, name: str, expected: Type | None) -> Expr:
        where = self.module.where(node)
        first = self.check(node.left)
        count = self.check(node.right)
        if isinstance(first.kind, Literal):
            if isinstance(count.kind, Literal):
                return self._folded(node, name, first.kind, count.kind)
            raise self.error(node, "a literal has no width here", "wrap it: U32(1)")
        if not isinstance(first.kind, Int) or first.kind.opaque:
            raise self.error(node, f"no shift of {first.kind}")
        count = self.coerce(node.right, count, U32)
        if isinstance(count, Const) and count.value >= first.kind.bits:
            raise self.error(node, f"shift of {first.kind} by {count.value}")
        return Op(first.kind, where, name, [first, count])

    def _unary(
        self, node: ast.expr, op: ast.unaryop, operand: ast.expr, expected: Type | None
    ) -> Expr:
        where = self.module.where(node)
        if isinstance(op, ast.Not):
            inner = self.condition(operand)
            if isinstance(inner, Const):
                return Const(BOOL, where, 1 - inner.value)
            return Op(BOOL, where, "not", [inner])
        made = self.check(operand, expected)
        if isinstance(made.kind, Literal):
            number = -made.kind.value if isinstance(op, ast.USub) else ~made.kind.value
            return Const(Literal(number), where, number)
        number_like = isinstance(made.kind, Int) and not made.kind.opaque
        if isinstance(op, ast.Invert) and number_like:
            return Op(made.kind, where, "invert", [made])
        raise self.error(node, f"no such operator on {made.kind}")

    def _compare(
        self, node: ast.expr, left: ast.expr, op: ast.cmpop, right: ast.expr
    ) -> Expr:
        where = self.module.where(node)
        if isinstance(op, ast.Is | ast.IsNot):
            return self._identity(node, left, isinstance(op, ast.Is), right)
        name = COMPARE.get(type(op))
        if name is None:
            raise self.error(node, "'in' is not in the language")
        first, second = self._operands(node, left, right)
        kind = first.kind
        if isinstance(kind, Literal) and isinstance(second.kind, Literal):
            return Const(BOOL, where, FOLD[name](kind.value, second.kind.value))
        if kind == BOOL or isinstance(kind, EnumOf):
            if name not in ("eq", "ne"):
                raise self.error(node, f"no order on {kind}")
        elif not isinstance(kind, Int):
            raise self.error(node, f"no comparison of {kind}", "use 'is'")
        return Op(BOOL, where, name, [first, second])

    def _identity(
        self, node: ast.expr, left: ast.expr, same: bool, right: ast.expr
    ) -> Expr:
        where = self.module.where(node)
        narrowed = self.narrowed
        self.narrowed = {}
        first, second = self.check(left), self.check(right)
        self.narrowed = narrowed
        pointers = all(
            isinstance(x.kind, Ref | Maybe) or isinstance(x, Null)
            for x in (first, second)
        )
        enums = isinstance(first.kind, EnumOf) and first.kind == second.kind
        if not pointers and not enums:
            raise self.error(node, f"'is' on {first.kind} and {second.kind}")
        return Op(BOOL, where, "eq" if same else "ne", [first, second])

    def _logic(self, node: ast.expr, both: bool, values: list[ast.expr]) -> Expr:
        made = self.condition(values[0])
        saved = dict(self.narrowed)
        for before, value in pairwise(values):
            self.narrow(before, both)
            right = self.condition(value)
            if isinstance(made, Const):
                made = right if bool(made.value) == both else made
            else:
                made = Logic(BOOL, self.module.where(node), both, made, right)
        self.narrowed = saved
        return made

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

    def _choice(
        self,
        node: ast.expr,
        test: ast.expr,
        body: ast.expr,
        orelse: ast.expr,
        expected: Type | None,
    ) -> Expr:
        condition = self.condition(test)
        if isinstance(condition, Const):
            return self.check(body if condition.value else orelse, expected)
        saved = dict(self.narrowed)
        self.narrow(test, True)
        yes = self._wide(body, expected)
        self.narrowed = dict(saved)
        self.narrow(test, False)
        no = self._wide(orelse, expected)
        self.narrowed = saved
        kind: Type | None = expected if isinstance(expected, Maybe) else None
        for made in (yes, no):
            if not isinstance(made, Null):
                kind = kind or made.kind
        if isinstance(kind, Ref) and any(isinstance(x.kind, Maybe) for x in (yes, no)):
            kind = Maybe(kind)
        if isinstance(kind, Ref) and any(isinstance(x, Null) for x in (yes, no)):
            kind = Maybe(kind)
        kind = kind or expected
        if kind is None:
            raise self.error(node, "both are None")
        yes, no = self.coerce(body, yes, kind), self.coerce(orelse, no, kind)
        return Choice(kind, self.module.where(node), condition, yes, no)

    def _attribute(self, node: ast.expr, owner: ast.expr, name: str) -> Expr:
        where = self.module.where(node)
        if isinstance(owner, ast.Name) and owner.id not in self.locals:
            kind = self.names.get(owner.id)
            if isinstance(kind, Int) and name == "BITS":
                return Const(Literal(kind.bits), where, kind.bits)
            symbol = self.module.names.get(owner.id)
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

    def _call(
        self, node: ast.Call, function: ast.expr, arguments: list[ast.expr]
    ) -> Expr:
        match function:
            case ast.Name(name):
                return self._named_call(node, name, arguments)
            case ast.Attribute(ast.Name(name), "truncate") if self._int(name):
                kind = self._int(name)
                assert kind is not None
                if len(arguments) != 1:
                    raise self.error(node, "truncate takes one value")
                made = self.check(arguments[0])
                where = self.module.where(node)
                if isinstance(made.kind, Literal):
                    wrapped = made.kind.value & ((1 << kind.bits) - 1)
                    if kind.signed and wrapped >> kind.bits - 1:
                        wrapped -= 1 << kind.bits
                    return Const(kind, where, wrapped)
                if not isinstance(made.kind, Int):
                    raise self.error(node, f"cannot truncate {made.kind}")
                return Op(kind, where, "truncate", [made])
            case ast.Attribute(owner, name):
                return self.method_call(node, self.check(owner), name, arguments)
        raise self.error(node, "only functions and methods are called")

    def _int(self, name: str) -> Int | None:
        if name in self.locals:
            return None
        bound = self.names.get(name)
        if isinstance(bound, Int):
            return bound
        symbol = self.module.names.get(name)
        return INTS.get(symbol.name) if isinstance(symbol, Lang) else None

    def _named_call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        kind = self._int(name)
        if kind is not None:
            return self._convert(node, kind, arguments)
        if name in self.locals or name in self.assigned:
            raise self.error(node, f"{name} is a local, not a function")
        symbol = self.module.names.get(name)
        match symbol:
            case Function():
                target = self.use(self.checker.instance(symbol, None))
                made = self.arguments(node, target, arguments, 0)
                return Call(target.result, where, target, made)
            case Class():
                return self._new(node, symbol, arguments)
            case Error():
                raise self.error(node, "raise the class itself, without parentheses")
            case Lang("Array" | "scratch" | "aligned_array"):
                return self._new_array(node, symbol.name, arguments)
            case Lang(intrinsic) if intrinsic in INTRINSICS:
                return self.operation(
                    node, intrinsic, [], INTRINSICS[intrinsic], arguments
                )
            case Lang("trap"):
                raise self.error(node, "trap(...) is a statement")
        if name == "bool" and len(arguments) == 1:
            return self.condition(arguments[0])
        raise self.error(node, f"{name} cannot be called here")

    def _convert(self, node: ast.Call, kind: Int, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        if len(arguments) != 1:
            raise self.error(node, f"{kind}(...) takes one value")
        made = self.check(arguments[0], kind)
        if isinstance(made.kind, Literal):
            return self.coerce(arguments[0], made, kind)
        if isinstance(made.kind, EnumOf):
            raise self.error(node, "an enum member is no number")
        if made.kind == BOOL:
            return Op(kind, where, "from_bool", [made])
        if not isinstance(made.kind, Int):
            raise self.error(node, f"cannot convert {made.kind} to {kind}")
        if made.kind == kind:
            return made
        return Op(kind, where, "convert", [made])

    def _new(self, node: ast.Call, made: Class, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        kinds = [
            self.checker.type_of(self.module, item, self.names)
            for item in arguments[: len(made.parameters)]
        ]
        ref = self.checker.ref(made, tuple(kinds))
        rest = arguments[len(made.parameters) :]
        if made.record:
            if len(rest) != len(ref.fields):
                raise self.error(node, f"{ref} has {len(ref.fields)} fields")
            values = [
                self.sized(item, kind)
                for item, kind in zip(rest, ref.fields.values(), strict=True)
            ]
            return New(ref, where, ref, None, values)
        target = self.checker.method(ref, "__init__")
        if target is None:
            raise self.error(node, f"{ref} has no __init__", "make it a @record")
        self.use(target)
        return New(ref, where, ref, target, self.arguments(node, target, rest, 1))

    def _new_array(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        if len(arguments) != 2:
            raise self.error(node, f"{name} takes an item type and a length")
        item = self.checker.type_of(self.module, arguments[0], self.names)
        if not self.checker.arrayable(item) and not self._in_runtime():
            raise self.error(
                arguments[0],
                f"no array of {item}",
                "use List, which has no unset items",
            )
        length = self.value(arguments[1], U32)
        if name != "Array" and not isinstance(length, Const):
            raise self.error(arguments[1], f"the length of {name} is a literal")
        if name == "scratch" and self.loops:
            raise self.error(
                node, "scratch in a loop would be one array", "make it before the loop"
            )
        return Op(ArrayOf(item), where, name, [length])

    def _in_runtime(self) -> bool:
        return self.module is self.checker.program.runtime

    def method_call(
        self, node: ast.AST, owner: Expr, name: str, arguments: list[ast.expr]
    ) -> Expr:
        """Check `owner.name(arguments)`."""
        kind = owner.kind
        signature = None
        match kind:
            case Int():
                signature = integer_method(kind, name)
            case ArrayOf():
                signature = array_method(name)
            case Ref():
                target = self.checker.method(kind, name)
                if target is not None:
                    self.use(target)
                    made = self.arguments(node, target, arguments, 1)
                    where = self.module.where(node)
                    return Call(target.result, where, target, [owner, *made])
            case Literal():
                raise self.error(node, "a literal has no width here", "write U32(...)")
        if kind == VIEW:
            signature = view_method(name)
        if kind == DISPATCH and name == "run" and isinstance(owner, Op):
            return self._dispatch(node, owner, arguments)
        if signature is None:
            hint = "it may be None: test it first" if isinstance(kind, Maybe) else ""
            raise self.error(node, f"{kind} has no method {name}", hint)
        return self.operation(node, name, [owner], signature, arguments)

    def _dispatch(self, node: ast.AST, owner: Op, arguments: list[ast.expr]) -> Expr:
        table = owner.extra
        assert isinstance(table, DispatchTable)
        if len(arguments) != 2:
            raise self.error(node, "run takes a key and a subject")
        key, subject = self.value(arguments[0], U8), self.typed(arguments[1])
        rows: dict[int | None, tuple[Instance, tuple[int, ...]]] = {
            None: (self._handler(node, table.default, subject.kind, 0), ())
        }
        for number, (handler, numbers) in table.rows.items():
            target = self._handler(node, handler, subject.kind, len(numbers))
            rows[number] = (target, numbers)
        where = self.module.where(node)
        return Op(NONE, where, "dispatch", [key, subject], rows)

    def _handler(
        self, node: ast.AST, handler: Callable[..., None], subject: Type, count: int
    ) -> Instance:
        module = self.checker.program.load(handler.__module__)
        function = module.names.get(handler.__qualname__)
        if not isinstance(function, Function):
            raise self.error(node, f"handler {handler.__qualname__} is no function")
        target = self.use(self.checker.instance(function, None))
        kinds = [kind for _, kind in target.parameters]
        if kinds != [subject] + [U32] * count or target.result != NONE:
            raise self.error(node, f"handler {target.name} does not take {subject}")
        return target

    def operation(
        self,
        node: ast.AST,
        name: str,
        owner: list[Expr],
        signature: Signature,
        arguments: list[ast.expr],
    ) -> Expr:
        """A primitive operation with checked arguments."""
        if len(arguments) != len(signature.arguments):
            raise self.error(
                node, f"{name} takes {len(signature.arguments)} argument(s)"
            )
        made = [
            self.value(item, kind)
            for item, kind in zip(arguments, signature.arguments, strict=True)
        ]
        self._constant_argument(node, name, owner, made)
        return Op(signature.result, self.module.where(node), name, owner + made)

    def _constant_argument(
        self, node: ast.AST, name: str, owner: list[Expr], made: list[Expr]
    ) -> None:
        """Bounds of a word index or rotation that is known now."""
        kind = owner[0].kind if owner else None
        if isinstance(kind, Int) and made and isinstance(made[0], Const):
            number = made[0].value
            if name == "word" and number >= kind.bits // 32:
                raise self.error(node, f"{kind} has no word {number}")
            if name in ("rotate_left", "rotate_right") and number >= kind.bits:
                raise self.error(node, f"rotation of {kind} by {number}")

    def arguments(
        self, node: ast.AST, target: Instance, arguments: list[ast.expr], skip: int
    ) -> list[Expr]:
        """Check call arguments against the parameters from number `skip`."""
        parameters = target.parameters[skip:]
        if len(arguments) != len(parameters):
            raise self.error(
                node,
                f"{target.function.node.name} takes {len(parameters)} argument(s), "
                f"not {len(arguments)}",
            )
        if target.function.module is self.checker.program.runtime:
            declared = target.function.node.args.args[skip:]
            return [
                self.value(item, kind)
                if _is_u32(known.annotation)
                else self.sized(item, kind)
                for item, (_, kind), known in zip(
                    arguments, parameters, declared, strict=True
                )
            ]
        return [
            self.sized(item, kind)
            for item, (_, kind) in zip(arguments, parameters, strict=True)
        ]

    def use(self, target: Instance) -> Instance:
        """Note a call from this function."""
        self.instance.calls.append(target)
        return target


def _is_u32(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "U32"


def _shape(item: object) -> object:
    if isinstance(item, tuple):
        return tuple(_shape(part) for part in item)
    return type(item).__name__
