"""Who runs workers: processes of this machine, or of a farm of machines.

A crew has lanes, each with at most one worker at a time. It neither chooses what a
lane works on nor when the campaign ends: that is the supervisor's.
"""

import time
from collections.abc import Mapping
from typing import Final, Protocol

from fuzz.campaign.folder import Folder
from fuzz.campaign.post import Post, Standing

STOP_SECONDS: Final = 1.0
"""Workers that have not ended by then are killed: nothing is lost."""


class Crew(Protocol):
    """What the supervisor asks of whoever runs workers."""

    @property
    def poll_seconds(self) -> float:
        """How long the supervisor waits between two looks."""

    @property
    def trouble(self) -> str:
        """Why what is found cannot be stored now; empty if it can."""

    @property
    def lanes(self) -> int:
        """How many workers there can be; it may grow."""

    def begin(self, lane: int, target: str) -> None:
        """Have a lane work on a target, from where it was; raises UserError."""

    def release(self, lane: int) -> None:
        """Ask the worker of a lane to end after its input."""

    def look(self) -> Mapping[int, Standing]:
        """See to all workers; how those stand of which there is news."""

    def end(self) -> None:
        """Have no workers any more, soon, whatever they do; may come at any time."""


class LocalCrew:
    """Processes of this machine that write to the campaign's folder themselves."""

    poll_seconds = 0.2
    trouble = ""

    def __init__(self, folder: Folder, lanes: int) -> None:
        self._posts: Final = [Post(folder, lane) for lane in range(lanes)]

    @property
    def lanes(self) -> int:
        """As many as the settings say."""
        return len(self._posts)

    def begin(self, lane: int, target: str) -> None:
        """Start a process; raises FileError, OSError."""
        self._posts[lane].begin(target)

    def release(self, lane: int) -> None:
        """Ask a process to end after its input."""
        self._posts[lane].release()

    def look(self) -> Mapping[int, Standing]:
        """See to all processes."""
        return {lane: post.watch() for lane, post in enumerate(self._posts)}

    def end(self) -> None:
        """Ask all processes to end, then make them."""
        for post in self._posts:
            post.release()
        deadline = time.monotonic() + STOP_SECONDS
        for post in self._posts:
            post.end(deadline)
