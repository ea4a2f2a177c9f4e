"""Checks that `scratch` arrays, which lie on the stack, do not outlive their function.

For every function: which of its array parameters it returns and which it keeps in an
object or list; found by repeating until nothing changes, over all functions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from zkos.compiler.errors import CompileError, Location
from zkos.compiler.recursion import calls
from zkos.compiler.tree import (
    Call,
    Choice,
    Expr,
    Instance,
    Local,
    New,
    Op,
    Pack,
    Return,
    Set,
    Stmt,
    Unpack,
    operands,
    walk_parts,
    walk_statements,
)
from zkos.compiler.types import ArrayOf, TupleOf, Type

Sources = frozenset[str | Location]
"""Where an array may come from: parameters by name, scratch by its place."""
NOTHING: Sources = frozenset()


@dataclass
class _Summary:
    """What a function does with its array parameters."""

    returned: Sources = NOTHING
    kept: dict[str, Location] = field(default_factory=dict)
    locals: dict[str, Sources] = field(default_factory=dict)


def check_escapes(instances: Iterable[Instance]) -> None:
    """Raise CompileError where a scratch array is returned or kept."""
    relevant = [made for made in instances if _handles_arrays(made)]
    summaries = {made: _Summary() for made in relevant}
    changed = True
    while changed:
        changed = False
        for made in relevant:
            changed |= _Function(made, summaries).update()


def _handles_arrays(made: Instance) -> bool:
    kinds = [*made.locals.values(), *(kind for _, kind in made.parameters), made.result]
    return any(map(_has_array, kinds)) or any(
        isinstance(part, Op) and part.name == "scratch"
        for statement in walk_statements(made.body)
        for operand in operands(statement)
        for part in walk_parts(operand)
    )


def _has_array(kind: Type) -> bool:
    if isinstance(kind, TupleOf):
        return any(map(_has_array, kind.items))
    return isinstance(kind, ArrayOf)


class _Function:
    def __init__(self, made: Instance, summaries: dict[Instance, _Summary]) -> None:
        self.made = made
        self.summaries = summaries
        self.own = summaries[made]
        self.changed = False

    def update(self) -> bool:
        """Look through the body once more; whether anything new was found."""
        for statement in walk_statements(self.made.body):
            self._statement(statement)
        for target, _, given in calls(self.made):
            known = self.summaries.get(target)
            if known is None:
                continue
            for (name, _), argument in zip(target.parameters, given, strict=False):
                if argument is not None and name in known.kept:
                    self._keep(argument, argument.where, known.kept[name])
        return self.changed

    def _statement(self, made: Stmt) -> None:
        match made:
            case Set(target=target, value=value):
                self._assign(target, value)
            case Unpack(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value)
            case Return(value=value) if value is not None:
                self._return(made.where, value)
        for operand in operands(made):
            for part in walk_parts(operand):
                if isinstance(part, New) and part.target is None:
                    for argument in part.arguments:
                        self._keep(argument, argument.where, argument.where)

    def _assign(self, target: Expr, value: Expr) -> None:
        if not _has_array(target.kind):
            return
        if not isinstance(target, Local):
            self._keep(value, target.where, target.where)
            return
        before = self.own.locals.get(target.name, NOTHING)
        after = before | self._sources(value)
        if after != before:
            self.own.locals[target.name] = after
            self.changed = True

    def _return(self, where: Location, value: Expr) -> None:
        for source in self._sources(value) if _has_array(value.kind) else ():
            if isinstance(source, Location):
                raise CompileError(
                    where,
                    "a scratch array is returned",
                    "it ends with its function: let the caller make it and pass it",
                )
            if source not in self.own.returned:
                self.own.returned |= {source}
                self.changed = True

    def _keep(self, value: Expr, where: Location, deep: Location) -> None:
        if not _has_array(value.kind):
            return
        for source in self._sources(value):
            if isinstance(source, Location):
                place = "" if deep == where else f" at line {deep.line} of {deep.path}"
                raise CompileError(
                    where,
                    f"a scratch array is kept{place}",
                    "it ends with its function: use Array",
                )
            if source not in self.own.kept:
                self.own.kept[source] = deep
                self.changed = True

    def _sources(self, made: Expr) -> Sources:
        match made:
            case Local(name=name):
                own = {name} if name in dict(self.made.parameters) else NOTHING
                return self.own.locals.get(name, NOTHING) | own
            case Op(name="scratch"):
                return frozenset({made.where})
            case Choice(yes=yes, no=no):
                return self._sources(yes) | self._sources(no)
            case Pack(items=items):
                return NOTHING.union(*map(self._sources, items))
            case Call(target=target, arguments=given):
                known = self.summaries.get(target)
                returned = known.returned if known else NOTHING
                pairs = zip(target.parameters, given, strict=True)
                return NOTHING.union(
                    *(
                        self._sources(arg)
                        for (name, _), arg in pairs
                        if name in returned
                    )
                )
        return NOTHING
