"""Minimises and bisects findings beside a running campaign, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from fuzz.campaign.folder import Folder

_ROOT: Final = Path(__file__).resolve().parents[2]


class Janitor:
    """A context: while it is open, findings are looked after."""

    def __init__(self, folder: Folder) -> None:
        self._folder: Final = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Janitor":
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        with (self._folder.path / "janitor.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fuzz.campaign.triage", str(self._folder.path)],
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            # What it writes is whole at any moment.
            self._process.kill()
            self._process.wait()
