"""Checks statements; unrolls `srange`, folds conditions that are known."""

import ast
from typing import Final

from zkos.compiler.loops import Loops, ends
from zkos.compiler.program import Error
from zkos.compiler.tree import (
    Call,
    Const,
    Do,
    Expr,
    Fail,
    If,
    Item,
    Leave,
    Local,
    Null,
    Op,
    Raise,
    Return,
    Set,
    Stmt,
    Try,
    Unpack,
    may_write,
    walk_statements,
)
from zkos.compiler.types import (
    NEVER,
    NONE,
    VIEW,
    Literal,
    Maybe,
    Ref,
    Table,
    TupleOf,
    Type,
)

_JUMPS: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)


class Statements(Loops):
    """Checks the body of one function."""

    def run(self) -> None:
        """Fill in the body of the instance."""
        node = self.instance.function.node
        body = self.block(node.body)
        result = self.instance.result
        if result not in (NONE, NEVER) and not ends(body):
            raise self.error(node, f"{node.name} may end without returning {result}")
        if self.instance.raises is False:
            self.instance.raises = any(
                isinstance(s, Raise) for s in walk_statements(body)
            )
        self.instance.body = body
        self.instance.locals = self.locals

    def block(self, nodes: list[ast.stmt]) -> list[Stmt]:
        """Check statements in order; what follows an end is not emitted."""
        made: list[Stmt] = []
        for position, node in enumerate(nodes):
            made.extend(self.statement(node))
            if isinstance(node, _JUMPS) and position + 1 < len(nodes):
                raise self.error(nodes[position + 1], "this is never reached")
            if ends(made):
                break
        return made

    def statement(self, node: ast.stmt) -> list[Stmt]:
        """Check one statement; it may become several, or none."""
        where = self.module.where(node)
        match node:
            case ast.Expr(ast.Constant(str())) | ast.Pass():
                return []
            case ast.Expr(ast.Call(ast.Name("trap"), arguments)):
                return [Fail(where, self._text(node, arguments))]
            case ast.Expr(value):
                return self._effect(node, value)
            case ast.AnnAssign(ast.Name(name), annotation, value):
                kind = self.checker.type_of(self.module, annotation, self.names)
                if value is None:
                    raise self.error(node, "a local is declared with its value")
                return [self._assign_local(node, name, self.sized(value, kind), kind)]
            case ast.Assign([ast.Tuple(targets)], value):
                return [self._unpack(node, targets, value)]
            case ast.Assign([target], value):
                return self._assign(node, target, value)
            case ast.AugAssign(target, op, value):
                return self._augmented(node, target, op, value)
            case ast.If():
                return self._if(node)
            case ast.While(test, body, []):
                return self._while(node, test, body)
            case ast.For(ast.Name(name), ast.Call(ast.Name(kind), bounds), body, []):
                return self._for(node, name, kind, bounds, body)
            case ast.Match(subject, cases):
                return self._match(node, subject, cases)
            case ast.Return(value):
                return [self._return(node, value)]
            case ast.Raise(exc, None):
                return [self._raise(node, exc)]
            case ast.Try(body, handlers, [], []):
                return [self._try(node, body, handlers)]
            case ast.Break() | ast.Continue():
                if not self.loops:
                    raise self.error(node, "not in a loop")
                return [Leave(where, again=isinstance(node, ast.Continue))]
            case ast.Assert(test, message):
                return self._assert(node, test, message)
        raise self.error(
            node, f"the statement {type(node).__name__} is not in the language"
        )

    def _text(self, node: ast.AST, arguments: list[ast.expr]) -> str:
        match arguments:
            case [ast.Constant(str(text))]:
                return text
        raise self.error(node, "the reason is one literal text")

    def _effect(self, node: ast.stmt, value: ast.expr) -> list[Stmt]:
        match value:
            case ast.Call(ast.Name("assert_never")):
                return [Fail(self.module.where(node), "unreachable")]
        if not isinstance(value, ast.Call):
            raise self.error(node, "this expression has no effect")
        made = self.check(value)
        if not isinstance(made, Call | Op):
            raise self.error(node, "this expression has no effect")
        effect: list[Stmt] = [Do(made.where, made)]
        if made.kind == NEVER or (isinstance(made, Op) and made.name == "finish"):
            effect.append(Fail(made.where, "unreachable"))
        return effect

    def _assign(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> list[Stmt]:
        where = self.module.where(node)
        match target:
            case ast.Name(name):
                kind = self.locals.get(name)
                if kind is None:
                    if name in self.literals:
                        raise self.error(node, f"{name} is a literal in this loop")
                    made = self.typed(value)
                    kind = made.kind
                else:
                    made = self.sized(value, kind)
                return [self._assign_local(node, name, made, kind)]
            case ast.Subscript(owner, index):
                array = self.check(owner)
                if isinstance(array.kind, Ref):
                    return self._assign_list_item(node, array, index, value)
                item = self.check(target)
                if isinstance(item, Item):
                    given = self.value if array.kind == VIEW else self.sized
                    return [Set(where, item, given(value, item.kind))]
                raise self.error(node, "constants cannot be assigned")
            case ast.Attribute():
                field = self.check(target)
                return [Set(where, field, self.sized(value, field.kind))]
        raise self.error(node, "only names, fields and items are assigned")

    def _assign_list_item(
        self, node: ast.stmt, array: Expr, index: ast.expr, value: ast.expr
    ) -> list[Stmt]:
        """`x[i] = v`: the value is evaluated first, as Python does."""
        where = self.module.where(node)
        call = self.method_call(node, array, "__setitem__", [index, value])
        assert isinstance(call, Call)
        owner, at, made = call.arguments
        simple = isinstance(owner, Local) and isinstance(at, Local | Const)
        if simple or isinstance(made, Local | Const) or not _interfere(owner, at, made):
            return [Do(where, call)]
        name = f"value at {where.line}:{where.column}"
        self.locals[name] = made.kind
        first = Local(made.kind, made.where, name)
        call.arguments[2] = first
        return [Set(where, first, made), Do(where, call)]

    def _assign_local(self, node: ast.stmt, name: str, made: Expr, kind: Type) -> Stmt:
        if self.locals.setdefault(name, kind) != kind:
            raise self.error(node, f"{name} is {self.locals[name]}, not {kind}")
        if isinstance(kind, TupleOf | Table) or kind in (NONE, NEVER):
            raise self.error(node, f"a local cannot hold {kind}", "take it apart")
        if name in dict(self.instance.parameters):
            self.instance.assigned_parameters.add(name)
        self.narrowed.pop(name, None)
        if isinstance(kind, Maybe) and isinstance(made, Op) and made.name == "wrap":
            self.narrowed[name] = kind.ref
        where = self.module.where(node)
        return Set(where, Local(kind, where, name), made)

    def _augmented(
        self, node: ast.stmt, target: ast.expr, op: ast.operator, value: ast.expr
    ) -> list[Stmt]:
        """`x op= y` as `x = x op y`, where evaluating x twice changes nothing."""
        if _has_call(target) or (_has_call(value) and not _fixed(target)):
            raise self.error(
                node,
                "the target would be evaluated twice",
                "bind its parts and the called value to locals first",
            )
        read = ast.copy_location(ast.BinOp(target, op, value), node)
        return self._assign(node, target, read)

    def _unpack(self, node: ast.stmt, targets: list[ast.expr], value: ast.expr) -> Stmt:
        where = self.module.where(node)
        made = self.check(value)
        if not isinstance(made.kind, TupleOf) or len(made.kind.items) != len(targets):
            raise self.error(node, f"{made.kind} does not give {len(targets)} values")
        parts: list[Expr] = []
        for target, kind in zip(targets, made.kind.items, strict=True):
            if isinstance(kind, Literal):
                raise self.error(target, "a literal has no width here")
            match target:
                case ast.Name(name):
                    self._assign_local(node, name, Null(NONE, where), kind)
                    parts.append(Local(kind, where, name))
                case ast.Attribute() | ast.Subscript():
                    place = self.check(target)
                    if place.kind != kind:
                        raise self.error(target, f"expected {place.kind}, got {kind}")
                    parts.append(place)
                case _:
                    raise self.error(target, "only names, fields and items here")
        return Unpack(where, parts, made)

    def _if(self, node: ast.If) -> list[Stmt]:
        condition = self.condition(node.test)
        if isinstance(condition, Const):
            saved = dict(self.narrowed)
            self.narrow(node.test, bool(condition.value))
            taken = node.body if condition.value else node.orelse
            made = self.block(taken)
            self.narrowed = saved
            self._forget_assigned(taken)
            return made
        before = dict(self.narrowed)
        self.narrow(node.test, True)
        body = self.block(node.body)
        after_body = self.narrowed
        self.narrowed = dict(before)
        self.narrow(node.test, False)
        orelse = self.block(node.orelse)
        after_else = self.narrowed
        if ends(body):
            self.narrowed = after_else
        elif ends(orelse):
            self.narrowed = after_body
        else:
            self.narrowed = {
                name: ref for name, ref in after_body.items() if name in after_else
            }
        return [If(self.module.where(node), condition, body, orelse)]

    def _return(self, node: ast.stmt, value: ast.expr | None) -> Stmt:
        where = self.module.where(node)
        result = self.instance.result
        if value is None or (isinstance(value, ast.Constant) and value.value is None):
            if result == NONE:
                return Return(where, None)
            if value is None:
                raise self.error(node, f"the result is {result}")
        assert value is not None
        if result == NONE:
            raise self.error(node, "this function returns nothing")
        return Return(where, self.sized(value, result))

    def _raise(self, node: ast.stmt, exc: ast.expr | None) -> Stmt:
        where = self.module.where(node)
        if exc is None:
            if not self.handling:
                raise self.error(node, "nothing is being handled here")
            return Raise(where, None)
        if isinstance(exc, ast.Name):
            symbol = self.module.names.get(exc.id)
            if isinstance(symbol, Error):
                return Raise(where, symbol)
        raise self.error(
            node, "raise names an exception class", "exceptions carry nothing"
        )

    def _try(
        self,
        node: ast.stmt,
        body: list[ast.stmt],
        handlers: list[ast.ExceptHandler],
    ) -> Stmt:
        made = Try(self.module.where(node), self._guarded(body), [])
        for handler in handlers:
            if handler.type is None or handler.name is not None:
                raise self.error(
                    handler, "except names classes, without 'as' and never bare"
                )
            listed = (
                handler.type.elts
                if isinstance(handler.type, ast.Tuple)
                else [handler.type]
            )
            errors = []
            for item in listed:
                symbol = (
                    self.module.names.get(item.id)
                    if isinstance(item, ast.Name)
                    else None
                )
                if not isinstance(symbol, Error):
                    raise self.error(item, "no exception class of the program")
                errors.append(symbol)
            self._forget_assigned(body)
            self.handling += 1
            made.handlers.append((errors, self._guarded(handler.body)))
            self.handling -= 1
        for handler in handlers:
            self._forget_assigned(handler.body)
        return made

    def _assert(
        self, node: ast.stmt, test: ast.expr, message: ast.expr | None
    ) -> list[Stmt]:
        where = self.module.where(node)
        text = self._text(node, [message]) if message else "assertion failed"
        condition = self.condition(test)
        self.narrow(test, True)
        if isinstance(condition, Const) and condition.value:
            return []
        return [If(where, condition, [], [Fail(where, text)])]


def _interfere(owner: Expr, at: Expr, made: Expr) -> bool:
    """Whether the order of evaluation can be seen."""
    return may_write(made) or may_write(owner) or may_write(at)


def _has_call(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Call) for inner in ast.walk(node))


def _fixed(target: ast.expr) -> bool:
    """A name, a field of a name, or an item of a name at a name or literal."""
    match target:
        case ast.Name() | ast.Attribute(ast.Name()):
            return True
        case ast.Subscript(ast.Name(), ast.Name() | ast.Constant()):
            return True
    return False
