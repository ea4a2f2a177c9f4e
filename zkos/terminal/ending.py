"""How a process of ours ends: whatever happens, a code and at most one line."""

import errno
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from zkos.terminal.errors import (
    EXIT_BAD_INPUT,
    EXIT_INTERRUPTED,
    EXIT_TOOL_FAILED,
    UserError,
)
from zkos.terminal.extras import how_to_install
from zkos.terminal.text import one_line, shell_line

_SURROUNDINGS: Final = frozenset(
    getattr(errno, name)
    for name in (
        *("EACCES", "EDQUOT", "EFBIG", "EIO", "ELOOP", "EMFILE", "ENAMETOOLONG"),
        *("ENFILE", "ENODEV", "ENOMEM", "ENOSPC", "ENXIO", "EPERM", "EROFS", "ESTALE"),
    )
)
"""Errors of the machine around us: no fault of ours, wherever they come up."""


def ending(action: Callable[[], int]) -> int:
    """The exit code of `action`; what it raises is told in one line.

    A fault of ours goes to a file with its traceback, and the line names the file.
    """
    try:
        code = action()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _silence()  # the reader went away: it wants to hear no more
        return EXIT_BAD_INPUT
    except UserError as error:
        return _say(str(error), EXIT_BAD_INPUT)
    except OSError as error:
        if error.errno not in _SURROUNDINGS:
            return _say(_fault(error), EXIT_TOOL_FAILED)
        place = error.filename if isinstance(error.filename, str) else "output"
        return _say(f"{place}: {error.strerror}", EXIT_BAD_INPUT)
    except Exception as error:
        lacks = error.name if isinstance(error, ModuleNotFoundError) else None
        what = how_to_install(lacks)
        if what is not None:
            return _say(f"this {what}", EXIT_BAD_INPUT)
        return _say(_fault(error), EXIT_TOOL_FAILED)
    return code


def open_streams() -> None:
    """Give the process all three streams, and streams that take any text.

    Whoever starts it may have closed some; a file opened then would get their number.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (as long as we live)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def warn(text: str) -> None:
    """One line on standard error beside whatever else is told."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"zkos: {one_line(text)}\n")
        sys.stderr.flush()


def _say(text: str, code: int) -> int:
    """The last words, also where standard output is what cannot be written."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _silence()
    if text:
        warn(text)
    return code


def _silence() -> None:
    """Send what is left in standard output nowhere, or its end would complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fault(error: BaseException) -> str:
    """One line about a fault of ours, after its traceback is in a file."""
    what = f"unexpected {type(error).__name__}"
    text = str(error).strip().splitlines()
    if text:
        what += f": {text[0]}"
    try:
        place = _keep_traceback(error)
    except OSError as failure:
        return f"{what}; no traceback could be kept: {failure.strerror}"
    return f"{what}; the traceback is in {place}"


def _keep_traceback(error: BaseException) -> str:
    """Write it to a new file among the temporary ones; the file's name."""
    handle, name = tempfile.mkstemp(prefix="zkos-fault-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{shell_line(sys.argv)}\n")
        file.write(f"Python {sys.version} on {platform.platform()}\n\n")
        file.writelines(traceback.format_exception(error))
    return name
