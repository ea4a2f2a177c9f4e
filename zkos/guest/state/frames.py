"""Rollback frames over all caches of `io` (system spec 2).

A frame remembers how long each journal was when it began. Frames nest; finishing an
outer one finishes those within it, as happens when native runs out.
"""

from zkos.guest.state.accounts import AccountCache
from zkos.guest.state.events import EventLog
from zkos.guest.state.storage import StorageCache
from zkos.guest.state.transient import TransientStorage
from zkos.lang.ints import U32
from zkos.lang.memory import List


class Snapshot:
    """Lengths at the start of a frame, and the refund counter."""

    storage: U32
    refund: U32
    accounts: U32
    transient: U32
    events: U32
    logs: U32

    def __init__(self) -> None:
        self.storage = U32(0)
        self.refund = U32(0)
        self.accounts = U32(0)
        self.transient = U32(0)
        self.events = U32(0)
        self.logs = U32(0)


class FrameStack:
    """The open frames, the outermost first."""

    storage: StorageCache
    accounts: AccountCache
    transient: TransientStorage
    events: EventLog
    snapshots: List[Snapshot]
    """Reused: only the first `depth` are open."""
    depth: U32

    def __init__(
        self,
        storage: StorageCache,
        accounts: AccountCache,
        transient: TransientStorage,
        events: EventLog,
    ) -> None:
        self.storage = storage
        self.accounts = accounts
        self.transient = transient
        self.events = events
        self.snapshots = List(Snapshot)
        self.depth = U32(0)

    def begin_transaction(self) -> None:
        """Make all history permanent; no frame is open afterwards."""
        self.depth = U32(0)
        self.storage.begin_transaction()
        self.accounts.begin_transaction()
        self.transient.begin_transaction()
        self.events.begin_transaction()

    def start(self) -> U32:
        """Open a frame; what `finish` takes."""
        index = self.depth
        if index == self.snapshots.length():
            self.snapshots.append(Snapshot())
        snapshot = self.snapshots[index]
        snapshot.storage = self.storage.journal_length
        snapshot.refund = self.storage.refund
        snapshot.accounts = self.accounts.journal_length
        snapshot.transient = self.transient.journal_length
        snapshot.events = self.events.events.length()
        snapshot.logs = self.events.logs.length()
        self.events.frame_started(index)
        self.depth = index + 1
        self.mark()
        return index

    def finish(self, index: U32, revert: bool) -> None:
        """Close the frame and those within it, undoing their changes if `revert`."""
        assert index < self.depth, "the frame is not open"
        if revert:
            snapshot = self.snapshots[index]
            self.storage.rollback(snapshot.storage)
            self.storage.refund = snapshot.refund
            self.accounts.rollback(snapshot.accounts)
            self.transient.rollback(snapshot.transient)
            self.events.events.truncate(snapshot.events)
            self.events.logs.truncate(snapshot.logs)
        self.events.frame_finished(index, revert)
        self.depth = index
        self.mark()

    def mark(self) -> None:
        """Tell the caches where the innermost frame began."""
        storage = U32(0)
        accounts = U32(0)
        transient = U32(0)
        if self.depth != 0:
            snapshot = self.snapshots[self.depth - 1]
            storage = snapshot.storage
            accounts = snapshot.accounts
            transient = snapshot.transient
        self.storage.frame_start = storage
        self.accounts.frame_start = accounts
        self.transient.frame_start = transient
