"""Checks loops and `match`; unrolls `srange`."""

import ast
from collections.abc import Iterator

from zkos.compiler.expressions import Expressions
from zkos.compiler.program import Lang
from zkos.compiler.tree import (
    Const,
    Count,
    Expr,
    Fail,
    If,
    Leave,
    Local,
    Raise,
    Return,
    Stmt,
    Switch,
    Try,
    While,
    blocks,
)
from zkos.compiler.types import (
    U32,
    U64,
    EnumOf,
    Int,
    Type,
)


class Loops(Expressions):
    """Adds loops and cases to what can be checked."""

    def block(self, nodes: list[ast.stmt]) -> list[Stmt]:
        """Check statements in order; what follows an end is not emitted."""
        raise NotImplementedError

    def _loop_body(self, body: list[ast.stmt]) -> list[Stmt]:
        saved = dict(self.narrowed)
        self.loops += 1
        made = self.block(body)
        self.loops -= 1
        self.narrowed = saved
        return made

    def _guarded(self, body: list[ast.stmt]) -> list[Stmt]:
        """The body of a `try` or of a handler."""
        saved = dict(self.narrowed)
        made = self.block(body)
        self.narrowed = saved
        return made

    def _forget_assigned(self, body: list[ast.stmt]) -> None:
        """Drop what is known of names that a loop body assigns."""
        for statement in body:
            for inner in ast.walk(statement):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    self.narrowed.pop(inner.id, None)

    def _while(
        self, node: ast.stmt, test: ast.expr, body: list[ast.stmt]
    ) -> list[Stmt]:
        self._forget_assigned(body)
        condition = self.condition(test)
        saved = dict(self.narrowed)
        self.narrow(test, True)
        made = self._loop_body(body)
        self.narrowed = saved
        if not leaves(made):
            self.narrow(test, False)
        return [While(self.module.where(node), condition, made)]

    def _for(
        self,
        node: ast.stmt,
        name: str,
        kind: str,
        bounds: list[ast.expr],
        body: list[ast.stmt],
    ) -> list[Stmt]:
        symbol = self.module.names.get(kind)
        self._forget_assigned(body)
        if symbol == Lang("srange"):
            return self._unroll(node, name, bounds, body)
        if symbol != Lang("urange") or len(bounds) not in (1, 2):
            raise self.error(node, "for runs over urange(...) or srange(...)")
        start: Expr = self.typed(bounds[0])
        stop: Expr
        if len(bounds) == 1:
            stop = start
            start = Const(start.kind, start.where, 0)
        else:
            stop = self.value(bounds[1], start.kind)
        if start.kind not in (U32, U64):
            raise self.error(node, f"urange counts U32 or U64, not {start.kind}")
        if self.locals.setdefault(name, start.kind) != start.kind:
            raise self.error(node, f"{name} is {self.locals[name]} already")
        where = self.module.where(node)
        made = self._loop_body(body)
        return [Count(where, Local(start.kind, where, name), start, stop, made)]

    def _unroll(
        self, node: ast.stmt, name: str, bounds: list[ast.expr], body: list[ast.stmt]
    ) -> list[Stmt]:
        numbers = []
        for bound in bounds:
            made = self.check(bound)
            if not isinstance(made, Const):
                raise self.error(bound, "srange takes literals", "use urange")
            numbers.append(made.value)
        if any(isinstance(x, ast.Break | ast.Continue) for x in own_nodes(body)):
            raise self.error(node, "no break or continue in an unrolled loop")
        if name in self.locals:
            raise self.error(node, f"{name} is a local already")
        unrolled: list[Stmt] = []
        for number in range(*numbers):
            self.literals[name] = number
            unrolled.extend(self.block(body))
            if ends(unrolled):
                break
        self.literals.pop(name, None)
        return unrolled

    def _match(
        self, node: ast.stmt, subject: ast.expr, cases: list[ast.match_case]
    ) -> list[Stmt]:
        made = self.typed(subject)
        if not isinstance(made.kind, EnumOf | Int) or (
            isinstance(made.kind, Int) and made.kind.bits > 64
        ):
            raise self.error(node, f"no match on {made.kind}")
        switch = Switch(self.module.where(node), made, [], [])
        before = dict(self.narrowed)
        covered: set[int] = set()
        for position, case in enumerate(cases):
            self.narrowed = dict(before)
            if case.guard is not None:
                raise self.error(node, "no guards in match")
            if isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
                if case.pattern.name is not None:
                    raise self.error(
                        case.pattern,
                        "Python binds a bare name in a case instead of comparing it",
                        "import the constant's module and write module.NAME",
                    )
                if position != len(cases) - 1:
                    raise self.error(case.pattern, "the last case may be 'case _'")
                switch.default = self.block(case.body)
                break
            numbers = list(self._pattern(case.pattern, made.kind))
            if covered & set(numbers):
                raise self.error(case.pattern, "this case stands above already")
            covered |= set(numbers)
            switch.cases.append((numbers, self.block(case.body)))
        else:
            if isinstance(made.kind, EnumOf):
                missing = {n for _, n in made.kind.members} - covered
                if not missing:
                    switch.default = [Fail(switch.where, "unreachable")]
        self.narrowed = before
        for case in cases:
            self._forget_assigned(case.body)
        return [switch]

    def _pattern(self, pattern: ast.pattern, kind: Type) -> Iterator[int]:
        match pattern:
            case ast.MatchOr(patterns):
                for inner in patterns:
                    yield from self._pattern(inner, kind)
            case ast.MatchValue(value):
                made = self.coerce(value, self.check(value, kind), kind)
                if not isinstance(made, Const):
                    raise self.error(value, "cases are constants")
                yield made.value
            case _:
                raise self.error(pattern, "cases are constants")


def ends(body: list[Stmt]) -> bool:
    """Whether control never leaves the block at its end."""
    if not body:
        return False
    match body[-1]:
        case Return() | Raise() | Leave() | Fail():
            return True
        case If(body=yes, orelse=no):
            return ends(yes) and ends(no)
        case Switch(cases=cases, default=default):
            return ends(default) and all(ends(case) for _, case in cases)
        case Try(body=inner, handlers=handlers):
            return ends(inner) and all(ends(handler) for _, handler in handlers)
        case While(condition=Const(value=1), body=inner):
            return not leaves(inner)
    return False


def leaves(body: list[Stmt]) -> bool:
    """Whether a `break` in a loop body ends that loop."""
    return any(
        (isinstance(statement, Leave) and not statement.again)
        or (
            not isinstance(statement, While | Count)
            and any(map(leaves, blocks(statement)))
        )
        for statement in body
    )


def own_nodes(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Nodes of a loop body that are not inside an inner loop."""
    for node in body:
        yield node
        if isinstance(node, ast.For | ast.While):
            continue
        children = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.stmt)]
        for case in getattr(node, "cases", []):
            children.extend(case.body)
        for handler in getattr(node, "handlers", []):
            children.extend(handler.body)
        yield from own_nodes(children)
