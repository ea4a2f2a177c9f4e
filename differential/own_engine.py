"""Engines somebody else wrote: found, checked, and heard when they fail.

Their modules are imported where engines are chosen, so that a module that cannot run
is bad usage and not a crash of every block.
"""

import importlib
import sys
import sysconfig
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

from zkos.terminal.errors import UserError


class EngineError(UserError):
    """An engine cannot be used; the text is one line for the user."""


def own_module(name: str) -> ModuleType:
    """A module of somebody's own engine, also from the working folder.

    What it prints goes to standard error. Raises EngineError.
    """
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        with redirect_stdout(sys.stderr):
            module = importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name in _parents(name):
            raise EngineError(f"engine module: there is no module {name}") from error
        reason = describe_exception(error)
        raise EngineError(f"engine module {name}: {reason}") from error
    if not callable(getattr(module, "run_block", None)):
        raise EngineError(f"engine module {name}: has no function run_block")
    return module


def _parents(name: str) -> list[str]:
    """The module and the packages it is in."""
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def describe_exception(error: BaseException) -> str:
    """One line: what was raised, and the line of the engine's own code it came from."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, SyntaxError):
        return f"{text} ({error.filename}:{error.lineno})"
    frames = traceback.extract_tb(error.__traceback__)
    library = sysconfig.get_paths()["stdlib"]
    own = [frame for frame in frames if not frame.filename.startswith((library, "<"))]
    if not own:
        return text
    path = Path(own[-1].filename)
    place = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"{text} ({place}:{own[-1].lineno})"
