"""Ends of the program: exit codes and the error a user caused."""

from typing import Final

EXIT_CLEAN: Final = 0
EXIT_DIFFERENCE: Final = 1
EXIT_BAD_INPUT: Final = 2
EXIT_ENGINE_FAILED: Final = 3
EXIT_INTERRUPTED: Final = 130


class UserError(Exception):
    """Input or usage is wrong; the text is one line for the user."""
