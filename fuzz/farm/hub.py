"""The hub: decides what is kept, has it stored, announces it, passes it on.

Nothing is announced before it is on the storage and in the campaign's folder. While
the storage is away all goes on; what was found waits with the machines that found it.
"""

import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from fuzz.campaign.folder import Folder
from fuzz.campaign.outbox import ENTRY, Mark
from fuzz.campaign.sealed import append_line, unsealed
from fuzz.farm.ledger import Ledger
from fuzz.farm.parcel import FINDINGS, Parcel, digests, fault_of, place
from fuzz.farm.store import Store
from zkos.terminal.console import say

ANNOUNCED: Final = "announced.jsonl"
_CHANGING: Final = ("campaign.json", "farm.json", "history.jsonl", "roster.json")
_MOST_WAITING: Final = 64 << 20
"""Bytes that wait to be stored, above which no more are asked for."""
_RETRY_SECONDS: Final = 2.0
_SYNC_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Stored:
    """Something that is safe and was announced."""

    mark: Mark
    lane: int
    parcel: Parcel


class Hub:
    """One campaign's; made by the driver, used by one thread of it."""

    def __init__(self, folder: Folder, store: Store | None) -> None:
        self._folder: Final = folder
        self._store: Final = store
        self._ledgers: Final[dict[str, Ledger]] = {}
        self._findings: Final = {item.name for item in folder.findings()}
        self._waiting: Final[dict[str, int]] = {}
        """Bytes by key of mark."""
        self._queue: Final[queue.Queue[tuple[Mark | None, int, Parcel]]] = queue.Queue()
        self._offered: Final[dict[str, Mark]] = {}
        """What was asked for: only then its features are sent."""
        self._stored: Final[queue.Queue[Stored]] = queue.Queue()
        self._synced: dict[str, tuple[int, int]] = {}
        self._last_sync = 0.0
        self._stop = threading.Event()
        self.trouble: str | None = None
        """Why nothing can be stored now."""
        for target in folder.settings().targets:
            ledger = self._ledgers[target] = Ledger()
            corpus = (folder.path / target / "corpus").glob("[!.]*")
            ledger.names.update(path.stem for path in corpus)
        self._thread: Final = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def judge(self, marks: Iterable[Mark]) -> tuple[list[Mark], list[Mark]]:
        """Of what was found: what is wanted, and what need not be kept."""
        wanted, settled = [], []
        for mark in marks:
            if mark.key in self._waiting:
                continue
            if not self._wants(mark):
                if mark.kind == ENTRY and mark.name in self._ledger(mark).names:
                    self._ledger(mark).add(mark)  # its features may not be known yet
                settled.append(mark)
            elif sum(self._waiting.values()) < _MOST_WAITING:
                self._offered[mark.key] = mark
                wanted.append(mark)
        return list(map(slim, wanted)), list(map(slim, settled))

    def receive(self, lane: int, mark: Mark, parcel: Parcel) -> bool:
        """Have something stored; whether its finder may forget it at once."""
        offered = self._offered.pop(mark.key, None)
        if mark.key in self._waiting or offered is None:
            return False
        mark = replace(offered, serial=mark.serial)
        if not parcel or not self._wants(mark):
            return True
        fault = fault_of(mark, parcel)
        if fault is not None:
            say(f"lane {lane}: {mark.name}: {fault}")
            return True
        if mark.kind == ENTRY:
            self._ledger(mark).add(mark)
        else:
            self._findings.add(mark.name)
        self._waiting[mark.key] = sum(map(len, parcel.values()))
        self._queue.put((mark, lane, parcel))
        return False

    def stored(self) -> list[Stored]:
        """What became safe since the last time."""
        found = []
        while not self._stored.empty():
            item = self._stored.get()
            self._waiting.pop(item.mark.key, None)
            found.append(item)
        return found

    def sync(self, *, now: bool = False) -> None:
        """Store what changes as the campaign goes on: settings, slots, history."""
        if self._store is None:
            return
        if not now and time.monotonic() - self._last_sync < _SYNC_SECONDS:
            return
        self._last_sync = time.monotonic()
        for path in self._changing():
            known = path.stat()
            stamp = (known.st_mtime_ns, known.st_size)
            name = path.relative_to(self._folder.path).as_posix()
            if self._synced.get(name) != stamp:
                self._synced[name] = stamp
                self._queue.put((None, 0, {name: path.read_bytes()}))

    def close(self, seconds: float) -> None:
        """Wait so long for what is being stored; the rest waits where it was found."""
        self.sync(now=True)
        deadline = time.monotonic() + seconds
        while self._queue.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.05)
        self._stop.set()

    def _ledger(self, mark: Mark) -> Ledger:
        return self._ledgers.setdefault(mark.target, Ledger())

    def _wants(self, mark: Mark) -> bool:
        if mark.kind == ENTRY:
            return self._ledger(mark).wants(mark)
        return mark.name not in self._findings

    def _changing(self) -> Iterable[Path]:
        names = (
            "campaign.json",
            "farm.json",
            "history.jsonl",
            "roster.json",
            ANNOUNCED,
        )
        yield from (p for p in (self._folder.path / n for n in names) if p.is_file())
        yield from self._folder.path.glob("*/lane-*.slot")
        yield from self._folder.path.glob("*/seeds/[!.]*")
        yield from self._folder.path.glob(f"{FINDINGS}/[!.]*/[!.]*")

    def _write(self) -> None:
        """Store one thing after the other, each as often as it takes."""
        while not self._stop.is_set():
            try:
                mark, lane, parcel = self._queue.get(timeout=0.2)
            except queue.Empty:
                continue
            while not self._stop.is_set():
                try:
                    self._keep(mark, lane, parcel)
                except OSError as error:
                    self._complain(str(error))
                    self._stop.wait(_RETRY_SECONDS)
                    continue
                self._queue.task_done()
                break

    def _keep(self, mark: Mark | None, lane: int, parcel: Parcel) -> None:
        if self._store is not None:
            # A finding is there once finding.json is: that comes last.
            for path in sorted(parcel, key=lambda item: item.endswith("finding.json")):
                self._store.put(path, parcel[path])
        if mark is not None:
            place(self._folder.path, parcel)
            self._announce(mark, lane, parcel)
            self._stored.put(Stored(slim(mark), lane, parcel))
        if self.trouble is not None:
            say("the storage is back")
            self.trouble = None

    def _announce(self, mark: Mark, lane: int, parcel: Parcel) -> None:
        row = {
            "kind": mark.kind,
            "name": mark.name,
            "target": mark.target,
            "lane": lane,
            "time": time.time(),
            "files": digests(parcel),
        }
        append_line(self._folder.path / ANNOUNCED, row)

    def _complain(self, word: str) -> None:
        if self.trouble is None:
            say(f"the storage is away, what is found waits: {word}")
        self.trouble = word


def slim(mark: Mark) -> Mark:
    """A mark without its features: who made it knows them."""
    return replace(mark, first=b"")


def fetch(store: Store, folder: Path, paths: Iterable[str] | None = None) -> int:
    """Place what a store has and a folder lacks; how many files. Raises OSError.

    `paths` are those that are wanted, if not all.
    """
    lacking: dict[str, dict[str, bytes]] = {}
    for path in store.paths() if paths is None else paths:
        if not (folder / path).exists():
            group = path.rsplit("/", 1)[0] if path.startswith(FINDINGS) else path
            lacking.setdefault(group, {})[path] = store.get(path)
    whole = [
        files
        for group, files in lacking.items()
        if not group.startswith(f"{FINDINGS}/") or f"{group}/finding.json" in files
    ]
    for files in whole:
        place(folder, files)
    return sum(map(len, whole))


def announced(text: bytes) -> list[dict[str, Any]]:
    """The whole lines of a journal of announcements."""
    rows = []
    for line in text.splitlines():
        try:
            rows.append(unsealed(line))
        except ValueError:
            continue
    return rows
