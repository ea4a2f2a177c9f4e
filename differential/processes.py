"""What child processes of the harness have in common."""

import ctypes
import signal
from typing import Final

_LIBC: Final = ctypes.CDLL(None)
_DIE_WITH_PARENT: Final = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def die_with_parent() -> None:
    """End this process when the thread that made it ends, however that happens."""
    _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
