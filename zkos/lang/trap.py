"""The end of a run by a failed check: the program's own fault, never caught."""

from typing import NoReturn


class Trap(BaseException):
    """A check of the guest failed; the run is over in every engine alike."""


def trap(reason: str) -> NoReturn:
    """End the run; `reason` is a literal and is reported with file and line."""
    raise Trap(reason)
