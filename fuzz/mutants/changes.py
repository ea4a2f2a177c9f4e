"""Which functions of a module differ between two of its texts."""

import ast

from zkos.compiler.program import Class, Function, Module


class Elsewhere(Exception):
    """The change reaches further than the bodies of functions."""


def changed_functions(module: Module, tree: ast.Module) -> dict[Function, Function]:
    """The functions of a module that another tree has otherwise, with those.

    Raises Elsewhere if the trees differ in anything else.
    """
    changed = {}
    pairs = zip(module.tree.body, tree.body, strict=False)
    if len(module.tree.body) != len(tree.body):
        raise Elsewhere(f"{module.name} has other statements")
    for old, new in pairs:
        if ast.dump(old) == ast.dump(new):
            continue
        match old, new:
            case ast.FunctionDef(), ast.FunctionDef() if old.name == new.name:
                function = module.names[old.name]
                assert isinstance(function, Function)
                changed[function] = Function(module, new, None)
            case ast.ClassDef(), ast.ClassDef():
                changed |= _changed_methods(module, old, new)
            case ast.Expr(), ast.Expr():
                pass  # a text
            case _:
                raise Elsewhere(f"{module.name} has another {type(old).__name__}")
    return changed


def _changed_methods(
    module: Module, old: ast.ClassDef, new: ast.ClassDef
) -> dict[Function, Function]:
    owner = module.names[old.name]
    if not isinstance(owner, Class) or len(old.body) != len(new.body):
        raise Elsewhere(f"{old.name} has other members")
    changed = {}
    for before, after in zip(old.body, new.body, strict=True):
        if ast.dump(before) == ast.dump(after):
            continue
        match before, after:
            case ast.FunctionDef(), ast.FunctionDef() if before.name == after.name:
                method = owner.methods[before.name]
                changed[method] = Function(module, after, owner)
            case _:
                raise Elsewhere(f"{old.name} has other fields")
    return changed


def check_signature(old: Function, new: Function) -> None:
    """Raise Elsewhere if a function is called otherwise."""
    before, after = (
        (ast.dump(item.node.args), ast.dump(item.node.returns or ast.Pass()))
        for item in (old, new)
    )
    decorators = [
        [ast.dump(part) for part in item.node.decorator_list] for item in (old, new)
    ]
    if before != after or decorators[0] != decorators[1]:
        raise Elsewhere(f"{old.name} is called otherwise")
