"""Checks functions: Python trees in, typed trees out.

`Checker` owns the program-wide part (types, class and function instances);
`zkos.compiler.statements` and `zkos.compiler.expressions` check bodies.
"""

import ast
from collections.abc import Mapping

from zkos.compiler.errors import CompileError
from zkos.compiler.program import Class, Function, Lang, Module, Program
from zkos.compiler.tree import Instance
from zkos.compiler.types import (
    BOOL,
    DISPATCH,
    INTS,
    NEVER,
    NONE,
    VIEW,
    ArrayOf,
    EnumOf,
    Int,
    Maybe,
    Ref,
    TupleOf,
    Type,
)

SIMPLE = {"bool": BOOL, "ByteView": VIEW, "NoReturn": NEVER}


class Checker:
    """Types, classes and functions of one program."""

    def __init__(self, program: Program, overrides: Mapping[str, object]) -> None:
        self.program = program
        self.overrides = overrides
        self.instances: dict[tuple[Function, Ref | None], Instance] = {}
        self.pending: list[Instance] = []
        self.refs: dict[tuple[Class, tuple[Type, ...]], Ref] = {}
        self.classes: dict[Ref, tuple[Class, dict[str, Type]]] = {}

    def type_of(
        self, module: Module, node: ast.expr | None, names: Mapping[str, Type]
    ) -> Type:
        """The type an annotation means; `names` binds type variables."""
        match node:
            case ast.Constant(None):
                return NONE
            case ast.Constant(str(text)):
                return self.type_of(module, _spelled(node, text), names)
            case ast.Name(name):
                return self._named(module, node, names)
            case ast.Subscript(ast.Name("Array"), item):
                inner = self.type_of(module, item, names)
                if not self.arrayable(inner) and module is not self.program.runtime:
                    raise CompileError(
                        module.where(node),
                        f"no array of {inner}",
                        "use List, which has no unset items",
                    )
                return ArrayOf(inner)
            case ast.Subscript(ast.Name("Final"), item):
                return self.type_of(module, item, names)
            case ast.Subscript(ast.Name("tuple"), ast.Tuple(items)):
                return TupleOf(tuple(self.type_of(module, i, names) for i in items))
            case ast.Subscript(ast.Name(name), arguments):
                made = module.names.get(name)
                if isinstance(made, Class):
                    parts = (
                        arguments.elts
                        if isinstance(arguments, ast.Tuple)
                        else [arguments]
                    )
                    kinds = [self.type_of(module, part, names) for part in parts]
                    return self.ref(made, tuple(kinds))
            case ast.BinOp(left, ast.BitOr(), ast.Constant(None)):
                inner = self.type_of(module, left, names)
                if isinstance(inner, Ref):
                    return Maybe(inner)
                raise CompileError(module.where(node), f"{inner} cannot be None")
            case None:
                raise CompileError(
                    module.where(module.tree), "an annotation is missing"
                )
        raise CompileError(module.where(node), f"no type: {ast.unparse(node)}")

    def arrayable(self, kind: Type) -> bool:
        """Whether a value of all zero bits is one of this type."""
        return isinstance(kind, Int) or kind in (BOOL, VIEW)

    def _named(self, module: Module, node: ast.Name, names: Mapping[str, Type]) -> Type:
        if node.id in names:
            return names[node.id]
        symbol = module.names.get(node.id)
        match symbol:
            case Class() if not symbol.parameters:
                return self.ref(symbol, ())
            case EnumOf():
                return symbol
            case Lang(name) if name in INTS:
                return INTS[name]
            case Lang("DispatchTable"):
                return DISPATCH
        if node.id in SIMPLE:
            return SIMPLE[node.id]
        hint = "write a fixed width, e.g. U32" if node.id == "int" else ""
        raise CompileError(module.where(node), f"no type: {node.id}", hint)

    def ref(self, made: Class, arguments: tuple[Type, ...]) -> Ref:
        """The class with these type arguments."""
        key = (made, arguments)
        if key in self.refs:
            return self.refs[key]
        if len(arguments) != len(made.parameters):
            raise CompileError(
                made.module.where(made.node),
                f"{made.node.name} takes {len(made.parameters)} type arguments",
            )
        parts = [kind.full_name for kind in arguments]
        suffix = f"[{', '.join(parts)}]" if parts else ""
        ref = Ref(made.name + suffix)
        self.refs[key] = ref
        names = dict(zip(made.parameters, arguments, strict=True))
        self.classes[ref] = (made, names)
        for item in made.node.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                if item.value is not None:
                    raise CompileError(
                        made.module.where(item), "fields have no default value"
                    )
                kind = self.type_of(made.module, item.annotation, names)
                if isinstance(kind, TupleOf) or kind in (NONE, NEVER, DISPATCH):
                    raise CompileError(
                        made.module.where(item),
                        f"a field cannot hold {kind}",
                        "make a field of each part",
                    )
                ref.fields[item.target.id] = kind
            elif not isinstance(item, ast.FunctionDef | ast.Expr | ast.Pass):
                raise CompileError(
                    made.module.where(item), "only fields and methods in a class"
                )
        return ref

    def instance(self, function: Function, owner: Ref | None) -> Instance:
        """The function as used with `owner`, queued for checking when new."""
        key = (function, owner)
        if key in self.instances:
            return self.instances[key]
        module, node = function.module, function.node
        self._signature_rules(function)
        names = self.classes[owner][1] if owner else {}
        arguments = node.args.args[1:] if owner else node.args.args
        parameters = [
            (item.arg, self.type_of(module, item.annotation, names))
            for item in arguments
        ]
        for item, (_, kind) in zip(arguments, parameters, strict=True):
            if isinstance(kind, TupleOf) or kind in (NONE, NEVER, DISPATCH):
                raise CompileError(
                    module.where(item),
                    f"a parameter cannot be {kind}",
                    "pass the parts",
                )
        if owner:
            parameters.insert(0, ("self", owner))
        if node.returns is None:
            raise CompileError(module.where(node), f"{node.name} lacks a result type")
        result = self.type_of(module, node.returns, names)
        name = f"{owner.name}.{node.name}" if owner else function.name
        made = Instance(function, name, parameters, result, owner)
        self.instances[key] = made
        self.pending.append(made)
        return made

    def _signature_rules(self, function: Function) -> None:
        module, node, args = function.module, function.node, function.node.args
        if (
            args.vararg
            or args.kwarg
            or args.kwonlyargs
            or args.defaults
            or args.posonlyargs
        ):
            raise CompileError(
                module.where(node), "parameters are positional, without defaults"
            )
        for decorator in node.decorator_list:
            known = isinstance(decorator, ast.Name) and decorator.id in (
                "inline",
                "noinline",
            )
            if not known:
                raise CompileError(
                    module.where(decorator),
                    "unknown decorator",
                    "functions take @inline and @noinline",
                )
        for item in args.args[1:] if function.owner else args.args:
            if item.annotation is None:
                raise CompileError(module.where(item), f"{item.arg} lacks a type")

    def method(self, ref: Ref, name: str) -> Instance | None:
        """The method `name` of the class, if there is one."""
        made = self.classes[ref][0]
        function = made.methods.get(name)
        return self.instance(function, ref) if function else None

    def infer_raises(self) -> None:
        """Spread `raises` from the functions that raise to their callers."""
        changed = True
        while changed:
            changed = False
            for made in self.instances.values():
                if not made.raises and any(target.raises for target in made.calls):
                    made.raises = changed = True


def _spelled(node: ast.Constant, text: str) -> ast.expr:
    """An annotation in quotes, with the place of the quotes."""
    inner = ast.parse(text, mode="eval").body
    for part in ast.walk(inner):
        ast.copy_location(part, node)
    return inner
