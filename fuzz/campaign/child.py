"""Processes of a campaign: each lives as long as who started it, at most."""

import ctypes
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_STANDARD_ERROR: Final = 2
_DIE_WITH_PARENT: Final = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def start(
    module: str, *arguments: str, log: IO[bytes] | None = None
) -> "subprocess.Popen[bytes]":
    """Run a module of ours; Ctrl-C at the terminal does not reach it.

    What it says goes to `log`, or where this process's errors go.
    """
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=_STANDARD_ERROR if log is None else log,
        stderr=log,
        start_new_session=True,
    )


def environment() -> dict[str, str]:
    """This process's, in which modules of ours are found from any folder."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def collect_rarely() -> None:
    """Spare what is loaded now from garbage collection, and do the rest less often.

    Inputs make garbage of their own, nearly none of it in cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def die_with(parent: int) -> None:
    """End when the process that started this one does, also if it is gone already."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
