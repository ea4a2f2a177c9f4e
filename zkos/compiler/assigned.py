"""Checks that every local has a value when it is read.

A pass over the typed tree; CPython would raise UnboundLocalError where this one
complains. In a constructor it also checks that each field gets a value.
"""

from zkos.compiler.errors import CompileError, Location
from zkos.compiler.tree import (
    Const,
    Count,
    Expr,
    Fail,
    Field,
    If,
    Instance,
    Leave,
    Local,
    Raise,
    Return,
    Set,
    Stmt,
    Switch,
    Try,
    Unpack,
    While,
    operands,
    parts,
    walk_parts,
)

Known = frozenset[str]
"""Names that have a value; a field of `self` is spelled with its dot."""


def check_assigned(instance: Instance) -> None:
    """Raise CompileError where a local or field may lack a value."""
    _Assigned(instance).run()


class _Assigned:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        node = instance.function.node
        self.fields: Known = frozenset()
        if instance.owner is not None and node.name == "__init__":
            self.fields = frozenset(f".{name}" for name in instance.owner.fields)
        self.breaks: list[list[Known]] = []

    def run(self) -> None:
        instance = self.instance
        known = frozenset(name for name, _ in instance.parameters)
        end = self.block(instance.body, known)
        if end is not None:
            self._leave(instance.function.module.where(instance.function.node), end)

    def _leave(self, where: Location, known: Known) -> None:
        missing = sorted(self.fields - known)
        if missing:
            raise CompileError(
                where, f"the constructor may leave {missing[0][1:]} unset"
            )

    def block(self, body: list[Stmt], known: Known) -> Known | None:
        """What is known after the block; None if its end is not reached."""
        now: Known | None = known
        for statement in body:
            assert now is not None
            now = self._statement(statement, now)
            if now is None:
                return None
        return now

    def _statement(self, made: Stmt, known: Known) -> Known | None:
        if not isinstance(made, Set | Unpack | Count):
            for expression in operands(made):
                self._read(expression, known)
        match made:
            case Set(target=target, value=value):
                self._read(value, known)
                return self._write(target, known)
            case Unpack(targets=targets, value=value):
                self._read(value, known)
                for target in targets:
                    known = self._write(target, known)
            case If(body=yes, orelse=no):
                return _both(self.block(yes, known), self.block(no, known))
            case While() | Count():
                return self._loop(made, known)
            case Switch(cases=cases, default=default):
                after = self.block(default, known)
                for _, body in cases:
                    after = _both(after, self.block(body, known))
                return after
            case Try(body=body, handlers=handlers):
                after = self.block(body, known)
                for _, handler in handlers:
                    after = _both(after, self.block(handler, known))
                return after
            case Return(where=where):
                self._leave(where, known)
                return None
            case Leave(again=again):
                if not again:
                    self.breaks[-1].append(known)
                return None
            case Raise() | Fail():
                return None
        return known

    def _loop(self, made: While | Count, known: Known) -> Known | None:
        after: Known | None = known
        inside = known
        if isinstance(made, Count):
            self._read(made.start, known)
            self._read(made.stop, known)
            inside = known | {made.name.name}
        elif isinstance(made.condition, Const) and made.condition.value:
            after = None
        self.breaks.append([])
        self.block(made.body, inside)
        for state in self.breaks.pop():
            after = _both(after, state)
        return after

    def _read(self, made: Expr, known: Known) -> None:
        for part in walk_parts(made):
            if isinstance(part, Local) and part.name not in known:
                raise CompileError(part.where, f"{part.name} may have no value here")
            field = _own_field(part)
            if field in self.fields and field not in known:
                raise CompileError(part.where, f"self{field} may have no value here")

    def _write(self, target: Expr, known: Known) -> Known:
        if isinstance(target, Local):
            return known | {target.name}
        for part in parts(target):
            self._read(part, known)
        field = _own_field(target)
        return known | {field} if field else known


def _own_field(made: Expr) -> str:
    match made:
        case Field(object=Local(name="self"), name=name):
            return f".{name}"
    return ""


def _both(left: Known | None, right: Known | None) -> Known | None:
    """What is known where two ways meet."""
    if left is None or right is None:
        return left if right is None else right
    return left & right
