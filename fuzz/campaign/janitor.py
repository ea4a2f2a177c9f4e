"""Minimises and bisects findings beside a running campaign, in a process of its own."""

import os
import subprocess
from typing import Final

from fuzz.campaign.child import start
from fuzz.campaign.folder import Folder
from zkos.terminal.files import open_to_append


class Janitor:
    """A context: while it is open, findings are looked after."""

    def __init__(self, folder: Folder) -> None:
        self._folder: Final = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Janitor":
        with open_to_append(self._folder.path / "janitor.log") as log:
            arguments = (str(self._folder.path), str(os.getpid()))
            self._process = start("fuzz.campaign.triage", *arguments, log=log)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            # What it writes is whole at any moment.
            self._process.kill()
            self._process.wait()
