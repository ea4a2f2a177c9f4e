"""Checks calls: functions, methods, constructors, conversions, dispatch."""

import ast
from collections.abc import Callable

from zkos.compiler.operations import (
    INTRINSICS,
    Signature,
    array_method,
    integer_method,
    view_method,
)
from zkos.compiler.operators import Operators
from zkos.compiler.program import Class, Error, Function, Lang
from zkos.compiler.tree import (
    Call,
    Const,
    Expr,
    Instance,
    New,
    Op,
)
from zkos.compiler.types import (
    BOOL,
    DISPATCH,
    NONE,
    U8,
    U32,
    VIEW,
    ArrayOf,
    EnumOf,
    Int,
    Literal,
    Maybe,
    Ref,
    Type,
)
from zkos.lang.control import DispatchTable


class Calls(Operators):
    """Adds calls to what can be checked."""

    def _call(
        self, node: ast.Call, function: ast.expr, arguments: list[ast.expr]
    ) -> Expr:
        match function:
            case ast.Name(name):
                return self._named_call(node, name, arguments)
            case ast.Attribute(ast.Name(name), "truncate") if self._int(name):
                kind = self._int(name)
                assert kind is not None
                if len(arguments) != 1:
                    raise self.error(node, "truncate takes one value")
                made = self.check(arguments[0])
                where = self.module.where(node)
                if isinstance(made.kind, Literal):
                    wrapped = made.kind.value & ((1 << kind.bits) - 1)
                    if kind.signed and wrapped >> kind.bits - 1:
                        wrapped -= 1 << kind.bits
                    return Const(kind, where, wrapped)
                if not isinstance(made.kind, Int):
                    raise self.error(node, f"cannot truncate {made.kind}")
                return Op(kind, where, "truncate", [made])
            case ast.Attribute(owner, name):
                return self.method_call(node, self.check(owner), name, arguments)
        raise self.error(node, "only functions and methods are called")

    def _named_call(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        kind = self._int(name)
        if kind is not None:
            return self._convert(node, kind, arguments)
        if name in self.locals or name in self.assigned:
            raise self.error(node, f"{name} is a local, not a function")
        symbol = self.module.names.get(name)
        match symbol:
            case Function():
                target = self.use(self.checker.instance(symbol, None))
                made = self.arguments(node, target, arguments, 0)
                return Call(target.result, where, target, made)
            case Class():
                return self._new(node, symbol, arguments)
            case Error():
                raise self.error(node, "raise the class itself, without parentheses")
            case Lang("Array" | "scratch" | "aligned_array"):
                return self._new_array(node, symbol.name, arguments)
            case Lang(intrinsic) if intrinsic in INTRINSICS:
                return self.operation(
                    node, intrinsic, [], INTRINSICS[intrinsic], arguments
                )
            case Lang("trap"):
                raise self.error(node, "trap(...) is a statement")
        if name == "bool" and len(arguments) == 1:
            return self.condition(arguments[0])
        raise self.error(node, f"{name} cannot be called here")

    def _convert(self, node: ast.Call, kind: Int, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        if len(arguments) != 1:
            raise self.error(node, f"{kind}(...) takes one value")
        made = self.check(arguments[0], kind)
        if isinstance(made.kind, Literal):
            return self.coerce(arguments[0], made, kind)
        if isinstance(made.kind, EnumOf):
            raise self.error(node, "an enum member is no number")
        if made.kind == BOOL:
            return Op(kind, where, "from_bool", [made])
        if not isinstance(made.kind, Int):
            raise self.error(node, f"cannot convert {made.kind} to {kind}")
        if made.kind == kind:
            return made
        return Op(kind, where, "convert", [made])

    def _new(self, node: ast.Call, made: Class, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        kinds = [
            self.checker.type_of(self.module, item, self.names)
            for item in arguments[: len(made.parameters)]
        ]
        ref = self.checker.ref(made, tuple(kinds))
        rest = arguments[len(made.parameters) :]
        if made.record:
            if len(rest) != len(ref.fields):
                raise self.error(node, f"{ref} has {len(ref.fields)} fields")
            values = [
                self.sized(item, kind)
                for item, kind in zip(rest, ref.fields.values(), strict=True)
            ]
            return New(ref, where, ref, None, values)
        target = self.checker.method(ref, "__init__")
        if target is None:
            raise self.error(node, f"{ref} has no __init__", "make it a @record")
        self.use(target)
        return New(ref, where, ref, target, self.arguments(node, target, rest, 1))

    def _new_array(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Expr:
        where = self.module.where(node)
        if len(arguments) != 2:
            raise self.error(node, f"{name} takes an item type and a length")
        item = self.checker.type_of(self.module, arguments[0], self.names)
        if not self.checker.arrayable(item) and not self._in_runtime():
            raise self.error(
                arguments[0],
                f"no array of {item}",
                "use List, which has no unset items",
            )
        length = self.value(arguments[1], U32)
        if name != "Array" and not isinstance(length, Const):
            raise self.error(arguments[1], f"the length of {name} is a literal")
        if name == "scratch" and self.loops:
            raise self.error(
                node, "scratch in a loop would be one array", "make it before the loop"
            )
        return Op(ArrayOf(item), where, name, [length])

    def _in_runtime(self) -> bool:
        return self.module is self.checker.program.runtime

    def method_call(
        self, node: ast.AST, owner: Expr, name: str, arguments: list[ast.expr]
    ) -> Expr:
        """Check `owner.name(arguments)`."""
        kind = owner.kind
        signature = None
        match kind:
            case Int():
                signature = integer_method(kind, name)
            case ArrayOf():
                signature = array_method(name)
            case Ref():
                target = self.checker.method(kind, name)
                if target is not None:
                    self.use(target)
                    made = self.arguments(node, target, arguments, 1)
                    where = self.module.where(node)
                    return Call(target.result, where, target, [owner, *made])
            case Literal():
                raise self.error(node, "a literal has no width here", "write U32(...)")
        if kind == VIEW:
            signature = view_method(name)
        if kind == DISPATCH and name == "run" and isinstance(owner, Op):
            return self._dispatch(node, owner, arguments)
        if signature is None:
            hint = "it may be None: test it first" if isinstance(kind, Maybe) else ""
            raise self.error(node, f"{kind} has no method {name}", hint)
        return self.operation(node, name, [owner], signature, arguments)

    def _dispatch(self, node: ast.AST, owner: Op, arguments: list[ast.expr]) -> Expr:
        table = owner.extra
        assert isinstance(table, DispatchTable)
        if len(arguments) != 2:
            raise self.error(node, "run takes a key and a subject")
        key, subject = self.value(arguments[0], U8), self.typed(arguments[1])
        rows: dict[int | None, tuple[Instance, tuple[int, ...]]] = {
            None: (self._handler(node, table.default, subject.kind, 0), ())
        }
        for number, (handler, numbers) in table.rows.items():
            target = self._handler(node, handler, subject.kind, len(numbers))
            rows[number] = (target, numbers)
        where = self.module.where(node)
        return Op(NONE, where, "dispatch", [key, subject], rows)

    def _handler(
        self, node: ast.AST, handler: Callable[..., None], subject: Type, count: int
    ) -> Instance:
        module = self.checker.program.load(handler.__module__)
        function = module.names.get(handler.__qualname__)
        if not isinstance(function, Function):
            raise self.error(node, f"handler {handler.__qualname__} is no function")
        target = self.use(self.checker.instance(function, None))
        kinds = [kind for _, kind in target.parameters]
        if kinds != [subject] + [U32] * count or target.result != NONE:
            raise self.error(node, f"handler {target.name} does not take {subject}")
        return target

    def operation(
        self,
        node: ast.AST,
        name: str,
        owner: list[Expr],
        signature: Signature,
        arguments: list[ast.expr],
    ) -> Expr:
        """A primitive operation with checked arguments."""
        if len(arguments) != len(signature.arguments):
            raise self.error(
                node, f"{name} takes {len(signature.arguments)} argument(s)"
            )
        made = [
            self.value(item, kind)
            for item, kind in zip(arguments, signature.arguments, strict=True)
        ]
        self._constant_argument(node, name, owner, made)
        return Op(signature.result, self.module.where(node), name, owner + made)

    def _constant_argument(
        self, node: ast.AST, name: str, owner: list[Expr], made: list[Expr]
    ) -> None:
        """Bounds of a word index or rotation that is known now."""
        kind = owner[0].kind if owner else None
        if isinstance(kind, Int) and made and isinstance(made[0], Const):
            number = made[0].value
            if name == "word" and number >= kind.bits // 32:
                raise self.error(node, f"{kind} has no word {number}")
            if name in ("rotate_left", "rotate_right") and number >= kind.bits:
                raise self.error(node, f"rotation of {kind} by {number}")

    def arguments(
        self, node: ast.AST, target: Instance, arguments: list[ast.expr], skip: int
    ) -> list[Expr]:
        """Check call arguments against the parameters from number `skip`."""
        parameters = target.parameters[skip:]
        if len(arguments) != len(parameters):
            raise self.error(
                node,
                f"{target.function.node.name} takes {len(parameters)} argument(s), "
                f"not {len(arguments)}",
            )
        if target.function.module is self.checker.program.runtime:
            declared = target.function.node.args.args[skip:]
            return [
                self.value(item, kind)
                if _is_u32(known.annotation)
                else self.sized(item, kind)
                for item, (_, kind), known in zip(
                    arguments, parameters, declared, strict=True
                )
            ]
        return [
            self.sized(item, kind)
            for item, (_, kind) in zip(arguments, parameters, strict=True)
        ]


def _is_u32(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "U32"
