"""The typed tree: what the checker hands to the back end."""

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
