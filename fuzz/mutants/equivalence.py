"""Changes that change nothing, by rules that can be stated and checked.

* *same code*: optimised by itself, with what it inlines, the function is the same code;
* *same handlers*: another exception is raised, but whatever catches the one catches
  the other, and nobody asks which it was.
"""

import re
from typing import Final

from fuzz.mutants.changes import Elsewhere
from fuzz.mutants.sites import Site
from fuzz.mutants.workshop import Workshop
from zkos.compiler.program import Error
from zkos.compiler.tree import Try, walk_statements

SAME_CODE: Final = "same code"
SAME_HANDLERS: Final = "same handlers"
_RAISED: Final = re.compile(r"raise (\w+)")


def rule_of(workshop: Workshop, site: Site) -> str:
    """The rule by which a change is none, or nothing.

    Raises CompileError if it breaks a rule of the language.
    """
    try:
        changed = workshop.functions_changed((site.patch,))
        if workshop.same_code(changed):
            return SAME_CODE
    except Elsewhere:
        return ""
    if site.edit.operator == "exception" and _same_handlers(workshop, site):
        return SAME_HANDLERS
    return ""


def _same_handlers(workshop: Workshop, site: Site) -> bool:
    names = [*_RAISED.findall(site.old), *_RAISED.findall(site.edit.new)]
    known = workshop.checker.program.modules[site.text.module].names
    errors = [known.get(name) for name in names]
    one, two = (item if isinstance(item, Error) else None for item in errors)
    if one is None or two is None:
        return False
    return all(
        _catches(caught, one) == _catches(caught, two)
        for instance in workshop.instances
        for statement in walk_statements(instance.body)
        if isinstance(statement, Try)
        for caught, _ in statement.handlers
    )


def _catches(caught: list[Error], error: Error) -> bool:
    return any(item.first <= error.first <= item.last for item in caught)
