"""Checks that no function calls itself, directly or through others.

Without recursion the depth of the stack is known, and halts need no unwinding.
"""

from collections.abc import Iterable
from typing import cast

from zkos.compiler.errors import CompileError, Location
from zkos.compiler.tree import (
    Call,
    Expr,
    Instance,
    New,
    Op,
    operands,
    walk_parts,
    walk_statements,
)


def calls(instance: Instance) -> list[tuple[Instance, Location, list[Expr | None]]]:
    """Functions called, where, and the arguments; None stands for a new object."""
    found: list[tuple[Instance, Location, list[Expr | None]]] = []
    for statement in walk_statements(instance.body):
        for operand in operands(statement):
            for made in walk_parts(operand):
                match made:
                    case Call(target=target, arguments=given):
                        found.append((target, made.where, [*given]))
                    case New(target=Instance() as target, arguments=given):
                        found.append((target, made.where, [None, *given]))
                    case Op(name="dispatch", extra=rows):
                        handlers = cast(
                            "dict[int | None, tuple[Instance, object]]", rows
                        )
                        found += [
                            (target, made.where, [made.arguments[1]])
                            for target, _ in handlers.values()
                        ]
    return found


def check_recursion(instances: Iterable[Instance]) -> None:
    """Raise CompileError for the first cycle of calls, naming it."""
    done: set[Instance] = set()
    for root in instances:
        path: list[Instance] = []
        work: list[tuple[Instance, list[tuple[Instance, Location]]]] = []

        def enter(made: Instance) -> None:
            path.append(made)  # noqa: B023 - called only in this round
            edges = [(target, where) for target, where, _ in calls(made)]
            work.append((made, edges))  # noqa: B023 - likewise

        if root not in done:
            enter(root)
        while work:
            current, edges = work[-1]
            if not edges:
                work.pop()
                path.pop()
                done.add(current)
                continue
            target, where = edges.pop(0)
            if target in path:
                cycle = [*path[path.index(target) :], target]
                names = " -> ".join(_short(made) for made in cycle)
                raise CompileError(where, f"recursion: {names}", "write a loop")
            if target not in done:
                enter(target)


def _short(made: Instance) -> str:
    return made.name.rsplit(":", 1)[-1]
