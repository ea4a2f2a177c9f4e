"""Mutation operators: every small change of a module that a programmer could make.

They work on Python's tree and edit the text in place, so that a change is a `Patch`
like any other. Whether it keeps the rules of the language is the compiler's to say.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from zkos.lang.linkage import Patch

_COMPARED: Final[dict[type[ast.cmpop], tuple[str, ...]]] = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
}
_COMPUTED: Final[dict[type[ast.operator], tuple[str, ...]]] = {
    ast.Add: ("-",),
    ast.Sub: ("+",),
    ast.Mult: ("+",),
    ast.FloorDiv: ("%", "*"),
    ast.Mod: ("//",),
    ast.LShift: (">>",),
    ast.RShift: ("<<",),
    ast.BitAnd: ("|",),
    ast.BitOr: ("&", "^"),
    ast.BitXor: ("|",),
}
_SYMBOLS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_METHODS: Final = {
    "wrapping_add": "wrapping_sub",
    "wrapping_sub": "wrapping_add",
    "wrapping_mul": "wrapping_add",
    "overflowing_add": "overflowing_sub",
    "overflowing_sub": "overflowing_add",
    "saturating_add": "saturating_sub",
    "saturating_sub": "saturating_add",
    "saturating_mul": "saturating_add",
    "mul_high": "wrapping_mul",
    "rotate_left": "rotate_right",
    "rotate_right": "rotate_left",
}
_SYMMETRIC: Final = frozenset(("add", "mul", "same"))
"""Functions whose last two arguments may change places."""
_ORDERED: Final = (ast.Sub, ast.FloorDiv, ast.Mod, ast.LShift, ast.RShift)
"""Whose operands do not change places."""
_JOURNAL: Final = frozenset(("save", "mark", "rollback", "truncate", "restore"))
"""Methods that keep history."""
_RETURNED: Final = {
    "bool": ("False", "True"),
    "None": ("",),
    **{name: (f"{name}(0)",) for name in ("U8", "U32", "U64", "U256", "Bytes32")},
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one place in a text."""

    operator: str
    start: int
    end: int
    """Offsets of what is replaced."""
    new: str
    line: int
    """First line of the statement around it, from 1, and its last."""
    last_line: int
    function: str
    """Around it, with its class; empty outside of functions."""


class Text:
    """A source and its tree."""

    def __init__(self, module: str, text: str) -> None:
        self.module: Final = module
        self.text: Final = text
        self.tree: Final = ast.parse(text)
        self._lines: Final = [0]
        for line in text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends; sources are ASCII."""
        assert isinstance(node, ast.expr | ast.stmt)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._lines[node.lineno - 1] + node.col_offset,
            self._lines[node.end_lineno - 1] + node.end_col_offset,
        )

    def source(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def patch(self, edit: Edit) -> Patch:
        """The edit as a patch, with as many lines around as tell the place."""
        start = self.text.rfind("\n", 0, edit.start) + 1
        end = self.text.find("\n", edit.end)
        end = len(self.text) if end < 0 else end
        while self.text.count(self.text[start:end]) > 1:
            start = self.text.rfind("\n", 0, max(start - 1, 0)) + 1
            after = self.text.find("\n", end + 1)
            end = len(self.text) if after < 0 else after
        old = self.text[start:end]
        new = self.text[start : edit.start] + edit.new + self.text[edit.end : end]
        return Patch(self.module, old, new)


def edits(text: Text) -> Iterator[Edit]:
    """All changes of a module, in the order of the text."""
    for node in text.tree.body:
        match node:
            case ast.FunctionDef():
                yield from _Function(text, node, "").edits()
            case ast.ClassDef(name=name, body=body):
                for item in body:
                    if isinstance(item, ast.FunctionDef):
                        yield from _Function(text, item, f"{name}.").edits()
            case ast.AnnAssign(value=ast.expr() as value) if _is_number(value):
                yield from _Constants(text, node, value).edits()


def _is_number(value: ast.expr) -> bool:
    """A constant of one number, not a table of many."""
    return not any(
        isinstance(part, ast.Tuple | ast.List | ast.Dict | ast.GeneratorExp)
        for part in ast.walk(value)
    )


class _Editor:
    """Collects edits of one statement after the other."""

    def __init__(self, text: Text, function: str) -> None:
        self.text = text
        self.function = function
        self.statement: ast.stmt = ast.Pass()
        self.last_line = 0

    def edit(self, operator: str, node: ast.AST, new: str) -> Edit:
        """The node replaced."""
        start, end = self.text.span(node)
        return self.between(operator, start, end, new)

    def between(self, operator: str, start: int, end: int, new: str) -> Edit:
        """What lies between two offsets replaced."""
        line = self.statement.lineno
        return Edit(operator, start, end, new, line, self.last_line, self.function)

    def constants(self, node: ast.expr) -> Iterator[Edit]:
        """Numbers by one and by a power of two."""
        for part in ast.walk(node):
            match part:
                case ast.Constant(bool() as value):
                    yield self.edit("constant", part, str(not value))
                case ast.Constant(int() as value):
                    for other in sorted({value + 1, value - 1, value * 2, value >> 1}):
                        if other >= 0 and other != value:
                            yield self.edit("constant", part, str(other))


class _Constants(_Editor):
    """Numbers of a module."""

    def __init__(self, text: Text, node: ast.stmt, value: ast.expr) -> None:
        super().__init__(text, "")
        self.statement = node
        self.last_line = node.end_lineno or node.lineno
        self._value = value

    def edits(self) -> Iterator[Edit]:
        """All of them."""
        return self.constants(self._value)


class _Function(_Editor):
    """All edits inside of a function."""

    def __init__(self, text: Text, node: ast.FunctionDef, prefix: str) -> None:
        super().__init__(text, prefix + node.name)
        self._node = node
        self._result = ast.unparse(node.returns) if node.returns else "None"

    def edits(self) -> Iterator[Edit]:
        """All of them."""
        for statement in _statements(self._node.body):
            self.statement = statement
            inner = getattr(statement, "body", None)
            end = statement.end_lineno if inner is None else _head_end(statement)
            self.last_line = end or statement.lineno
            yield from self._of_statement(statement)
            for value in _values(statement):
                yield from self._of_values(value)

    # Statements

    def _of_statement(self, node: ast.stmt) -> Iterator[Edit]:
        match node:
            case ast.Expr(ast.Constant()):
                return
            case ast.Expr(ast.Call(ast.Attribute(attr=name))) if name in _JOURNAL:
                yield self.edit("journal", node, "pass")
            case ast.Expr() | ast.Assign() | ast.AugAssign():
                yield self.edit("statement", node, "pass")
            case ast.Break() | ast.Continue():
                yield self.edit("statement", node, "pass")
            case ast.Assert():
                yield self.edit("check", node, "pass")
            case ast.Raise(exc=ast.Name(name)):
                yield self.edit("raise", node, "pass")
                for other in self._exceptions(name):
                    yield self.edit("exception", node, f"raise {other}")
            case ast.If(test=test) | ast.While(test=test):
                yield from self._condition(node, test)
            case ast.For(iter=ast.Call(ast.Name("urange"), bounds)):
                yield from self._bounds(bounds)
            case ast.Return(ast.expr() as value):
                yield from self._returned(value)
        if not isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue):
            yield from self._early(node)

    def _exceptions(self, name: str) -> list[str]:
        """Other errors that the module names."""
        names = {
            part.exc.id
            for part in ast.walk(self.text.tree)
            if isinstance(part, ast.Raise) and isinstance(part.exc, ast.Name)
        }
        return sorted(names - {name})[:2]

    def _condition(self, node: ast.stmt, test: ast.expr) -> Iterator[Edit]:
        source = self.text.source(test)
        yield self.edit("condition", test, f"not ({source})")
        # A literal would be folded: what is left out must compile all the same.
        if isinstance(node, ast.If):
            yield self.edit("condition", test, f"({source}) or True")
        yield self.edit("condition", test, f"({source}) and False")

    def _bounds(self, bounds: Sequence[ast.expr]) -> Iterator[Edit]:
        last = self.text.source(bounds[-1])
        yield self.edit("bound", bounds[-1], f"({last}).saturating_sub(1)")
        yield self.edit("bound", bounds[-1], f"({last}).wrapping_add(1)")
        if len(bounds) == 2:
            first = self.text.source(bounds[0])
            yield self.edit("bound", bounds[0], f"({first}).wrapping_add(1)")

    def _returned(self, value: ast.expr) -> Iterator[Edit]:
        for other in _RETURNED.get(self._result, ()):
            if other and self.text.source(value) != other:
                yield self.edit("return", value, other)

    def _early(self, node: ast.stmt) -> Iterator[Edit]:
        """A return before the statement, in place of it and what follows."""
        for other in _RETURNED.get(self._result, ()):
            start, _ = self.text.span(node)
            indent = " " * node.col_offset
            text = f"if {_ALWAYS}:\n{indent}    return {other}".rstrip()
            yield self.between("return", start, start, f"{text}\n{indent}")

    # Expressions

    def _of_values(self, value: ast.expr) -> Iterator[Edit]:
        yield from self.constants(value)
        for node in ast.walk(value):
            match node:
                case ast.Compare(left, [op], [right]):
                    yield from self._compare(node, left, op, right)
                case ast.BinOp(left, op, right):
                    yield from self._compute(node, left, op, right)
                case ast.BoolOp():
                    yield from self._logic(node)
                case ast.UnaryOp(ast.Not(), operand):
                    yield self.edit("condition", node, f"({self.text.source(operand)})")
                case ast.IfExp(body=body, orelse=orelse):
                    arms = self.text.source(body), self.text.source(orelse)
                    yield self.edit("condition", node, arms[0])
                    yield self.edit("condition", node, arms[1])
                case ast.Call():
                    yield from self._call(node)

    def _compare(
        self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr
    ) -> Iterator[Edit]:
        x, y = self.text.source(left), self.text.source(right)
        for other in _COMPARED.get(type(op), ()):
            yield self.edit("comparison", node, f"({x} {other} {y})")

    def _compute(
        self, node: ast.BinOp, left: ast.expr, op: ast.operator, right: ast.expr
    ) -> Iterator[Edit]:
        x, y = self.text.source(left), self.text.source(right)
        for other in _COMPUTED.get(type(op), ()):
            yield self.edit("arithmetic", node, f"(({x}) {other} ({y}))")
        if isinstance(op, _ORDERED):
            symbol = _SYMBOLS[type(op)]
            yield self.edit("operands", node, f"(({y}) {symbol} ({x}))")

    def _logic(self, node: ast.BoolOp) -> Iterator[Edit]:
        items = [f"({self.text.source(item)})" for item in node.values]
        both = isinstance(node.op, ast.And)
        this, that = ("and", "or") if both else ("or", "and")
        yield self.edit("condition", node, f"({f' {that} '.join(items)})")
        for position in range(len(items)):
            rest = items[:position] + items[position + 1 :]
            yield self.edit("condition", node, f"({f' {this} '.join(rest)})")

    def _call(self, node: ast.Call) -> Iterator[Edit]:
        match node.func:
            case ast.Attribute(value=value, attr=name) if name in _METHODS:
                _, end = self.text.span(node.func)
                start = self.text.span(value)[1]
                yield self.between("arithmetic", start, end, f".{_METHODS[name]}")
        pairs = list(zip(node.args, node.args[1:], strict=False))
        match node.func:
            case ast.Attribute(attr=name) | ast.Name(name) if name in _SYMMETRIC:
                pairs = pairs[:-1]
        for one, two in pairs:
            x, y = self.text.source(one), self.text.source(two)
            start, end = self.text.span(one)[0], self.text.span(two)[1]
            gap = self.text.text[self.text.span(one)[1] : self.text.span(two)[0]]
            if x != y:
                yield self.between("operands", start, end, f"{y}{gap}{x}")


_ALWAYS: Final = "True or False"


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a block and inside them, in order."""
    for node in body:
        yield node
        for name in ("body", "orelse", "handlers", "cases"):
            for inner in getattr(node, name, ()):
                if isinstance(inner, ast.stmt):
                    yield from _statements([inner])
                else:
                    yield from _statements(inner.body)


def _head_end(node: ast.stmt) -> int | None:
    """The last line before the first block of a statement."""
    first: ast.stmt = node.body[0]  # type: ignore[attr-defined]
    return max(node.lineno, first.lineno - 1)


def _values(node: ast.stmt) -> list[ast.expr]:
    """The expressions of a statement itself, but for annotations and texts."""
    match node:
        case ast.Assert(test):
            return [test]
        case ast.AnnAssign(value=value):
            return [value] if value is not None else []
        case ast.Expr(ast.Call(ast.Name("trap"))) | ast.Expr(ast.Constant()):
            return []
        case ast.Assign(targets, value):
            return [
                value,
                *(item for item in targets if not isinstance(item, ast.Name)),
            ]
        case ast.If(test=value) | ast.While(test=value) | ast.Match(subject=value):
            return [value]
        case ast.For(iter=value) | ast.Return(ast.expr() as value):
            return [value]
        case ast.Expr(value) | ast.AugAssign(value=value):
            return [value]
    return []


Change = Callable[[Text], Iterator[Edit]]
