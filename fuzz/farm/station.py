"""A station: what one core of a farm does, on its machine.

It has a folder of its own there, in which a post runs a worker as on a single machine.
What the worker finds stays in that folder until the driver says that it is stored: a
later station of the campaign on this machine takes over what an earlier one left.
"""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from fuzz.campaign.folder import Folder, Settings
from fuzz.campaign.outbox import ENTRY, Mark
from fuzz.campaign.post import Post, Standing, State
from fuzz.farm.messages import Begin, Orders, Report
from fuzz.farm.parcel import pack, place
from zkos.terminal.errors import UserError

_WATCH_SECONDS: Final = 0.2
_AGAIN_SECONDS: Final = 30.0
"""After this long without an answer a mark is told once more."""
_STOP_SECONDS: Final = 1.0
_MOST_MARKS: Final = 500
"""Told at once."""


class Station:
    """A lane's worker and its folder; raises OSError where that cannot be written."""

    def __init__(self, home: Path, settings: Settings, lane: int) -> None:
        """`home` is the folder of all stations of a campaign on this machine."""
        self._home: Final = home
        home.mkdir(parents=True, exist_ok=True)
        self._handles: list[int] = []
        place_ = home / f"lane-{lane}-{os.getpid()}-{time.time_ns()}"
        place_.mkdir()
        self._hold(place_)
        self._folder: Final = Folder(place_)
        self._folder.begin(settings)
        (place_ / "outbox").mkdir()
        self._lane: Final = lane
        self._post: Final = Post(self._folder, lane)
        self._standing = Standing("", State.WAITING)
        self._lock: Final = threading.Lock()
        self._left: Final = self._leftovers()
        self._told: dict[str, float] = {}
        self._received: set[str] = set()
        self._slots: dict[str, bytes] = {}
        self._ended = False
        threading.Thread(target=self._watch, daemon=True).start()

    def exchange(self, orders: Orders, entries: list[Mapping[str, bytes]]) -> Report:
        """Do what the driver says and tell what there is."""
        for mark in orders.settled:
            self._settle(mark)
        for parcel in entries:
            self._take(parcel)
        with self._lock:
            try:
                if orders.begin is not None:
                    self._begin(orders.begin)
                elif orders.release:
                    self._post.release()
            except (OSError, UserError) as error:
                self._standing = Standing("", State.NO_ROOM, str(error))
            standing = self._standing
        marks = self._marks()
        return Report(
            standing,
            self._changed_slots(),
            marks,
            tuple((mark, self._pack(mark)) for mark in orders.wanted),
        )

    def take(self, parcel: Mapping[str, bytes]) -> None:
        """Place files in the folder, as seeds."""
        place(self._folder.path, parcel)

    def end(self) -> None:
        """Have no worker any more."""
        with self._lock:
            self._ended = True
            self._post.release()
            self._post.end(time.monotonic() + _STOP_SECONDS)

    def _begin(self, begin: Begin) -> None:
        self._post.end(time.monotonic() + _STOP_SECONDS)
        place(self._folder.path, begin.files)
        self._standing = Standing(begin.target, State.WAITING)
        self._post.begin(begin.target)

    def _watch(self) -> None:
        """Keep the limits of inputs, whether the driver is there or not."""
        while not self._ended:
            with self._lock:
                try:
                    seen = self._post.watch()
                except (OSError, UserError) as error:
                    seen = Standing("", State.NO_ROOM, str(error))
                if seen.state is not State.WAITING and not self._ended:
                    self._standing = seen
            time.sleep(_WATCH_SECONDS)

    def _take(self, parcel: Mapping[str, bytes]) -> None:
        self._received.update(Path(path).stem for path in parcel)
        place(self._folder.path, parcel)

    def _folders(self) -> list[Folder]:
        return [self._folder, *self._left]

    def _marks(self) -> tuple[Mark, ...]:
        """What is to be told now."""
        now = time.monotonic()
        found = []
        for folder in self._folders():
            for mark in folder.outbox.marks():
                if mark.kind == ENTRY and mark.name in self._received:
                    folder.outbox.drop(mark)
                elif now - self._told.get(mark.key, -_AGAIN_SECONDS) >= _AGAIN_SECONDS:
                    found.append(mark)
        chosen = found[:_MOST_MARKS]
        self._told.update((mark.key, now) for mark in chosen)
        return tuple(chosen)

    def _settle(self, mark: Mark) -> None:
        for folder in self._folders():
            folder.outbox.drop(mark)
        self._told.pop(mark.key, None)
        for folder in list(self._left):
            if not folder.outbox.marks():
                self._left.remove(folder)
                shutil.rmtree(folder.path, ignore_errors=True)

    def _pack(self, mark: Mark) -> Mapping[str, bytes]:
        for folder in self._folders():
            with suppress(UserError):
                files = pack(folder, mark)
                if files:
                    return files
        return {}

    def _changed_slots(self) -> dict[str, bytes]:
        changed = {}
        for path in self._folder.path.glob(f"*/lane-{self._lane}.slot"):
            name = path.relative_to(self._folder.path).as_posix()
            content = path.read_bytes().rstrip(b"\0")  # three quarters are empty
            if self._slots.get(name) != content:
                self._slots[name] = changed[name] = content
        return changed

    def _leftovers(self) -> list[Folder]:
        """Folders of stations that are gone, with what they have not told."""
        found = []
        for path in sorted(self._home.glob("lane-*")):
            if path == self._folder.path or not self._hold(path):
                continue
            folder = Folder(path)
            if folder.outbox.marks():
                found.append(folder)
            else:
                shutil.rmtree(path, ignore_errors=True)
        return found

    def _hold(self, path: Path) -> bool:
        """Whether nobody else has this folder, from now on."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handles.append(handle)
        return True
