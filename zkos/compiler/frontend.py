"""From guest modules to typed trees that keep every rule: the order of the checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zkos.compiler.assigned import check_assigned
from zkos.compiler.check import Checker
from zkos.compiler.emit import RV32, Target
from zkos.compiler.errors import CompileError, Location
from zkos.compiler.escape import check_escapes
from zkos.compiler.program import Error, Function, Program
from zkos.compiler.recursion import check_recursion
from zkos.compiler.statements import Statements
from zkos.compiler.tree import Instance
from zkos.compiler.variant import PLAIN, Variant
from zkos.compiler.verify import verify

DIVISION: Final = "zkos.compiler.runtime.division"
"""What the division of wide integers becomes calls of."""


@dataclass(frozen=True)
class CheckedProgram:
    """All that `exports` and the entry reach."""

    exports: dict[str, Instance]
    entry: Instance | None
    instances: list[Instance]
    errors: list[Error]


def check_program(
    roots: Sequence[str],
    exports: Sequence[str],
    target: Target,
    main: str = "",
    variant: Variant = PLAIN,
) -> CheckedProgram:
    """Check everything `exports` (and `main`) reach.

    Functions are named `module:function`. Raises CompileError.
    """
    program = Program([*roots, DIVISION], variant)
    checker = Checker(program, {"DELEGATED": target.delegated})
    wanted = {name: _instance(checker, name) for name in exports}
    entry = _instance(checker, main) if main else None
    if target is RV32:
        for helper in ("divide_u64", "remainder_u64"):
            _instance(checker, f"{DIVISION}:{helper}")
    while checker.pending:
        made = checker.pending.pop()
        Statements(checker, made).run()
    instances = list(checker.instances.values())
    for made in instances:
        check_assigned(made)
    check_recursion(instances)
    check_escapes(instances)
    checker.infer_raises()
    verify(instances)
    return CheckedProgram(wanted, entry, instances, program.errors)


def _instance(checker: Checker, name: str) -> Instance:
    module, _, function = name.partition(":")
    found = checker.program.load(module).names.get(function)
    if not isinstance(found, Function):
        raise CompileError(Location(module, 1, 1), f"no function {name}")
    return checker.instance(found, None)
