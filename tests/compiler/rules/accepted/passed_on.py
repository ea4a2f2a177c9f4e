"""`__all__` lists what a module imports for others to import from it."""

from tests.compiler.rules.accepted.arithmetic import run

__all__ = ["run"]
