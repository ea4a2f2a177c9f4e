"""Small programs in the guest language, statement by statement.

All programs have the same locals, so statements may be dropped, moved and mixed. A
program folds its locals into its public input; it may also trap.
"""

import ast
from typing import Final

from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source

KINDS: Final = ("U8", "U32", "U64", "U128", "U256")
_BITS: Final = {kind: int(kind[1:]) for kind in KINDS}
_PER_KIND: Final = 2
_MOST_STEPS: Final = 9
_WRAPPING: Final = ("wrapping_add", "wrapping_sub", "wrapping_mul")
_PLAIN: Final = ("&", "|", "^")
_CHECKED: Final = ("+", "-", "*")
_COMPARED: Final = ("==", "!=", "<", "<=", ">", ">=")

HEAD: Final = '''"""A program of the compiler's fuzz target."""

from zkos.lang.control import urange
from zkos.lang.intrinsics import finish
from zkos.lang.ints import U8, U32, U64, U128, U256, Bytes32
from zkos.lang.memory import Array


def main() -> None:
    items = Array(U64, U32(8))
'''


def program(source: Source) -> tuple[str, ...]:
    """Statements, each of one or more lines at the depth of a function body."""
    return tuple(statement(source) for _ in range(source.integer(3, 24)))


def program_text(statements: tuple[str, ...]) -> str:
    """The module of a program."""
    lines = [
        f"    {_name(kind, index)} = {kind}({3 * index + 5})"
        for kind in KINDS
        for index in range(_PER_KIND)
    ]
    folded = ["    total = U256(7)"]
    for kind in KINDS:
        for index in range(_PER_KIND):
            number = f"U256({_name(kind, index)})"
            folded.append(
                f"    total = total.wrapping_mul(U256(0x100000001B3)) ^ {number}"
            )
    folded += [
        "    for place in urange(U32(8)):",
        "        total = total.wrapping_mul(U256(31)) ^ U256(items[place])",
        "    finish(Bytes32(total))",
    ]
    return HEAD + "\n".join([*lines, *statements, *folded]) + "\n"


def statement(source: Source, depth: int = 1) -> str:
    """One statement, perhaps with others in it."""
    indent = "    " * depth
    kind = source.choose(KINDS)
    target = _variable(source, kind)
    match source.below(10 if depth < 3 else 6):
        case 0 | 1 | 2 | 3:
            return f"{indent}{target} = {expression(source, kind)}"
        case 4:
            place = f"{_variable(source, 'U32')} & 7"
            return f"{indent}items[{place}] = {expression(source, 'U64')}"
        case 5:
            return f"{indent}{_variable(source, 'U64')} = items[{source.below(8)}]"
        case 6 | 7:
            body = _body(source, depth)
            other = _body(source, depth)
            test = condition(source)
            return f"{indent}if {test}:\n{body}\n{indent}else:\n{other}"
        case 8:
            steps = source.integer(1, _MOST_STEPS)
            name = f"step{depth}"
            body = _body(source, depth)
            return f"{indent}for {name} in urange(U32({steps})):\n{body}"
    small = _variable(source, "U32")
    step = f"{indent}    {small} = {small} >> 1"
    return f"{indent}while {small} > {source.below(40)}:\n{step}"


def _body(source: Source, depth: int) -> str:
    count = source.integer(1, 3)
    return "\n".join(statement(source, depth + 1) for _ in range(count))


def condition(source: Source) -> str:
    """A comparison, or two."""
    kind = source.choose(KINDS)
    left, right = expression(source, kind, 1), _variable(source, kind)
    text = f"{left} {source.choose(_COMPARED)} {right}"
    if source.chance(25):
        join = source.choose(("and", "or"))
        return f"{text} {join} {_variable(source, 'U8')} < {source.below(256)}"
    return text


def expression(source: Source, kind: str, depth: int = 3) -> str:
    """A value of a type."""
    if depth == 0 or source.chance(20):
        return _leaf(source, kind)
    left = expression(source, kind, depth - 1)
    right = expression(source, kind, depth - 1)
    match source.below(9):
        case 0 | 1:
            return f"({left}).{source.choose(_WRAPPING)}({right})"
        case 2:
            return f"(({left}) {source.choose(_PLAIN)} ({right}))"
        case 3 if source.chance(4):
            return f"(({left}) {source.choose(_CHECKED)} ({right}))"
        case 4:
            sign = source.choose(("//", "%"))
            return f"(({left}) {sign} (({right}) | {kind}(1)))"
        case 5:
            sign = source.choose(("<<", ">>"))
            amount = f"({_variable(source, 'U32')} & {_BITS[kind] - 1})"
            return f"(({left}) {sign} {amount})"
        case 6:
            other = source.choose(KINDS)
            return _converted(kind, other, expression(source, other, depth - 1))
        case 7:
            return f"(({left}) if {_variable(source, 'U8')} > 9 else ({right}))"
    return f"(~({left}))"


def _converted(kind: str, other: str, text: str) -> str:
    if kind == other:
        return text
    if _BITS[other] < _BITS[kind]:
        return f"{kind}({text})"
    return f"{kind}.truncate({text})"


def _leaf(source: Source, kind: str) -> str:
    if source.chance(60):
        return _variable(source, kind)
    return f"{kind}({word(source) % (1 << _BITS[kind]):#x})"


def _variable(source: Source, kind: str) -> str:
    return _name(kind, source.below(_PER_KIND))


def _name(kind: str, index: int) -> str:
    return f"{kind.lower()}_{index}"


_NAMES: Final = frozenset(
    (
        *(*KINDS, "items", "urange"),
        *(f"step{depth}" for depth in (1, 2, 3)),
        *(_name(kind, index) for kind in KINDS for index in range(_PER_KIND)),
    )
)
_METHODS: Final = frozenset((*_WRAPPING, "truncate"))
_PARTS: Final = (
    *(ast.Assign, ast.If, ast.For, ast.While, ast.BinOp, ast.UnaryOp, ast.BoolOp),
    *(ast.Compare, ast.IfExp, ast.Call, ast.Subscript, ast.Attribute, ast.Name),
    *(ast.Constant, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context),
)


def is_statement(text: str) -> bool:
    """Whether a text is made of what statements here are made of, and ends.

    Types are not looked at. Programs run under CPython: nothing else may get there.
    """
    try:
        (function,) = ast.parse(f"def main():\n{text}\n").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if not isinstance(function, ast.FunctionDef) or not text.startswith("    "):
        return False
    parts = (part for row in function.body for part in ast.walk(row))
    return all(isinstance(part, _PARTS) and _is_known(part) for part in parts)


def _is_known(part: ast.AST) -> bool:
    match part:
        case ast.Name(id=name):
            return name in _NAMES
        case ast.Attribute(attr=name):
            return name in _METHODS
        case ast.Constant(value=value):
            return type(value) is int
        case ast.Call(keywords=keywords):
            return not keywords
        case ast.While(test=ast.Compare(left=ast.Name(id=name))):
            step = ast.parse(f"{name} = {name} >> 1").body
            return [ast.dump(row) for row in part.body] == [ast.dump(step[0])]
        case ast.While():
            return False
    return True
