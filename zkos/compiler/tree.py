"""The typed tree: what the checker hands to the back end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from zkos.compiler.errors import Location
from zkos.compiler.program import Error, Function
from zkos.compiler.types import Ref, Type


@dataclass
class Expr:
    """An expression with its type and place."""

    kind: Type
    where: Location


@dataclass
class Const(Expr):
    """An integer, boolean or enum member known at compile time."""

    value: int


@dataclass
class Null(Expr):
    """`None`."""


@dataclass
class Local(Expr):
    """A parameter or local variable."""

    name: str


@dataclass
class Field(Expr):
    """A field of an object."""

    object: Expr
    name: str


@dataclass
class Item(Expr):
    """An item of an array, or a byte of a view."""

    array: Expr
    index: Expr


@dataclass
class TableItem(Expr):
    """An item of a constant tuple (of tuples) picked at run time."""

    table: tuple[object, ...]
    indices: list[Expr]


@dataclass
class Call(Expr):
    """A call of a function or method."""

    target: "Instance"
    arguments: list[Expr]


@dataclass
class New(Expr):
    """A new object; `target` is its `__init__`, absent for records."""

    ref: Ref
    target: "Instance | None"
    arguments: list[Expr]


@dataclass
class Op(Expr):
    """A primitive operation; the names are those of `zkos.lang`."""

    name: str
    arguments: list[Expr]
    extra: object = None


@dataclass
class Logic(Expr):
    """`and` or `or`."""

    both: bool
    left: Expr
    right: Expr


@dataclass
class Choice(Expr):
    """`yes if condition else no`."""

    condition: Expr
    yes: Expr
    no: Expr


@dataclass
class Pack(Expr):
    """A tuple display."""

    items: list[Expr]


@dataclass
class Stmt:
    """A statement and its place."""

    where: Location


@dataclass
class Set(Stmt):
    """Assignment to a local, a field or an item."""

    target: Expr
    value: Expr


@dataclass
class Unpack(Stmt):
    """A tuple taken apart; `None` skips an item."""

    targets: list[Expr]
    value: Expr


@dataclass
class Do(Stmt):
    """An expression for its effect."""

    value: Expr


@dataclass
class If(Stmt):
    """Two ways."""

    condition: Expr
    body: list[Stmt]
    orelse: list[Stmt]


@dataclass
class While(Stmt):
    """A loop."""

    condition: Expr
    body: list[Stmt]


@dataclass
class Count(Stmt):
    """`for name in urange(start, stop)`."""

    name: Local
    start: Expr
    stop: Expr
    body: list[Stmt]


@dataclass
class Switch(Stmt):
    """`match` on numbers."""

    subject: Expr
    cases: list[tuple[list[int], list[Stmt]]]
    default: list[Stmt]


@dataclass
class Return(Stmt):
    """Return, with a value or without."""

    value: Expr | None


@dataclass
class Raise(Stmt):
    """Raise an error; `None` repeats the one being handled."""

    error: Error | None


@dataclass
class Try(Stmt):
    """A body and handlers in order."""

    body: list[Stmt]
    handlers: list[tuple[list[Error], list[Stmt]]]


@dataclass
class Leave(Stmt):
    """`break` or `continue`."""

    again: bool


@dataclass
class Fail(Stmt):
    """A trap."""

    reason: str


def parts(made: Expr) -> list[Expr]:
    """The expressions inside one, in order of evaluation."""
    match made:
        case Local() | Const():
            return []
        case Field(object=inner):
            return [inner]
        case Item(array=array, index=index):
            return [array, index]
        case Logic(left=left, right=right):
            return [left, right]
        case Choice(condition=condition, yes=yes, no=no):
            return [condition, yes, no]
        case Call(arguments=items) | New(arguments=items) | Op(arguments=items):
            return items
        case Pack(items=items) | TableItem(indices=items):
            return items
    return []


def walk_parts(made: Expr) -> Iterator[Expr]:
    """An expression and all inside it."""
    pending = [made]
    while pending:
        made = pending.pop()
        yield made
        pending += reversed(parts(made))


def may_write(made: Expr) -> bool:
    """Whether evaluating may change memory: something is called."""
    return any(isinstance(part, Call | New) for part in walk_parts(made))


def operands(made: Stmt) -> list[Expr]:
    """The expressions of a statement itself, without those of its blocks."""
    match made:
        case Set(target=target, value=value):
            return [value, target]
        case Unpack(targets=targets, value=value):
            return [value, *targets]
        case Do(value=value) | Switch(subject=value):
            return [value]
        case If(condition=value) | While(condition=value):
            return [value]
        case Count(start=start, stop=stop, name=name):
            return [start, stop, name]
        case Return(value=given) if given is not None:
            return [given]
    return []


def blocks(made: Stmt) -> list[list[Stmt]]:
    """The blocks of a statement."""
    match made:
        case If(body=yes, orelse=no):
            return [yes, no]
        case While(body=inner) | Count(body=inner):
            return [inner]
        case Switch(cases=cases, default=default):
            return [*(case for _, case in cases), default]
        case Try(body=inner, handlers=handlers):
            return [inner, *(handler for _, handler in handlers)]
    return []


def walk_statements(body: list[Stmt]) -> Iterator[Stmt]:
    """All statements of a block and inside them."""
    for statement in body:
        yield statement
        for inner in blocks(statement):
            yield from walk_statements(inner)


@dataclass(eq=False)
class Instance:
    """A function for given class parameters, checked once."""

    function: Function
    name: str
    parameters: list[tuple[str, Type]]
    result: Type
    owner: Ref | None
    body: list[Stmt] = field(default_factory=list)
    locals: dict[str, Type] = field(default_factory=dict)
    assigned_parameters: set[str] = field(default_factory=set)
    raises: bool = False
    calls: list["Instance"] = field(default_factory=list)
