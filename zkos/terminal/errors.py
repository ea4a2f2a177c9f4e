"""Ends of the program: exit codes, and errors whose text is one line for the user."""

from typing import Final

EXIT_CLEAN: Final = 0
EXIT_DIFFERENCE: Final = 1
EXIT_BAD_INPUT: Final = 2
"""Also a place that cannot be read or written."""
EXIT_ENGINE_FAILED: Final = 3
EXIT_TOOL_FAILED: Final = 4
"""A fault of ours: the traceback is in a file that was named."""
EXIT_INTERRUPTED: Final = 130


class UserError(Exception):
    """Input or usage is wrong; the text is one line for the user."""
