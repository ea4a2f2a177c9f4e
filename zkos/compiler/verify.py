"""What every typed tree keeps, and the back end relies on: verified between passes.

A tree that breaks a rule is a fault of the compiler, never of the guest.
"""

from collections.abc import Iterable

from zkos.compiler.loops import ends
from zkos.compiler.tree import (
    Call,
    Count,
    Do,
    Expr,
    Field,
    If,
    Instance,
    Item,
    Leave,
    Local,
    Op,
    Raise,
    Return,
    Set,
    Stmt,
    Switch,
    Try,
    Unpack,
    While,
    blocks,
    operands,
)
from zkos.compiler.types import (
    BOOL,
    NEVER,
    NONE,
    U32,
    U64,
    EnumOf,
    Int,
    TupleOf,
    Type,
)
from zkos.compiler.verify_values import Values, fits


def verify(instances: Iterable[Instance]) -> None:
    """Verify all functions of a program. Raises BrokenTree."""
    functions = frozenset(instances)
    for made in functions:
        Body(made, functions).run()


class Body(Values):
    """The rules of statements, for one function."""

    def __init__(self, instance: Instance, functions: frozenset[Instance]) -> None:
        super().__init__(instance, functions)
        self.where = instance.function.where
        self.loops = 0
        self.handlers = 0

    def run(self) -> None:
        """Verify the function."""
        made = self.instance
        for name, kind in made.parameters:
            self.demand(self.locals.get(name) == kind, f"parameter {name} is a local")
        self.block(made.body)
        if made.result not in (NONE, NEVER):
            self.demand(ends(made.body), "every way returns a value")
        if any(target.raises for target in made.calls):
            self.demand(made.raises, "who calls what raises may raise")

    def block(self, body: list[Stmt]) -> None:
        """Verify statements in order."""
        for position, made in enumerate(body):
            self.where = made.where
            last = position + 1 == len(body)
            self.demand(last or not ends([made]), "nothing stands after an end")
            for value in operands(made):
                self.value(value)
            self.statement(made)
            self.inner(made)

    def inner(self, made: Stmt) -> None:
        """Verify the blocks of a statement."""
        loops = isinstance(made, While | Count)
        self.loops += loops
        for number, body in enumerate(blocks(made)):
            handles = isinstance(made, Try) and number > 0
            self.handlers += handles
            self.block(body)
            self.handlers -= handles
        self.loops -= loops

    def statement(self, made: Stmt) -> None:
        """Verify one statement itself."""
        match made:
            case Set(target=target, value=value):
                self._target(target, value.kind)
            case Unpack(targets=targets, value=value):
                self._unpack(targets, value.kind)
            case Do(value=value):
                self.demand(isinstance(value, Call | Op), "an effect is a call")
            case If(condition=condition) | While(condition=condition):
                self.demand(condition.kind == BOOL, "a condition is a bool")
            case Count(name=name, start=start, stop=stop):
                kinds = {name.kind, start.kind, stop.kind}
                self.demand(kinds in ({U32}, {U64}), "urange counts U32 or U64")
            case Switch():
                self._switch(made)
            case Return(value=value):
                self._return(value)
            case Raise(error=error):
                self.demand(self.instance.raises, "who raises may raise")
                self.demand(
                    error is not None or self.handlers > 0, "something to repeat"
                )
            case Try(handlers=handlers):
                self.demand(all(errors for errors, _ in handlers), "errors to handle")
            case Leave():
                self.demand(self.loops > 0, "a loop to leave")

    def _target(self, target: Expr, kind: Type) -> None:
        self.demand(isinstance(target, Local | Field | Item), "a place is assigned")
        self.demand(target.kind == kind, f"{kind} is assigned to {target.kind}")

    def _unpack(self, targets: list[Expr], kind: Type) -> None:
        assert isinstance(kind, TupleOf)
        self.demand(len(targets) == len(kind.items), "a target for each part")
        for target, part in zip(targets, kind.items, strict=True):
            self._target(target, part)

    def _switch(self, made: Switch) -> None:
        kind = made.subject.kind
        narrow = isinstance(kind, EnumOf) or (isinstance(kind, Int) and kind.bits <= 64)
        self.demand(narrow, f"match on {kind}")
        numbers = [number for listed, _ in made.cases for number in listed]
        self.demand(len(numbers) == len(set(numbers)), "each case once")
        self.demand(all(fits(kind, number) for number in numbers), "cases fit")

    def _return(self, value: Expr | None) -> None:
        result = self.instance.result
        given = NONE if value is None else value.kind
        self.demand(given == result, f"{given} is returned as {result}")
