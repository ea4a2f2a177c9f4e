"""Checks operators: arithmetic, comparisons, `and`, `or`, choices."""

import ast
import operator
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from zkos.compiler.program import Function
from zkos.compiler.scope import Scope
from zkos.compiler.tree import (
    Call,
    Choice,
    Const,
    Expr,
    Logic,
    Null,
    Op,
)
from zkos.compiler.types import (
    BOOL,
    U32,
    EnumOf,
    Int,
    Literal,
    Maybe,
    Ref,
    TupleOf,
    Type,
)

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


class Operators(Scope):
    """Adds operators to what can be checked."""

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
