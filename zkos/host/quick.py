"""The honest oracle's answers laid out in memory, for compiled guests to find there.

What is known before the first question is put on a desk once; tree and preimages lie
in memory anyhow. `zkos.host.store.answers` answers from them, and counts; what it
leaves goes to the channel and from there to the oracle, as all does where a run is
recorded, edited or lied to.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from zkos.host.channel import QueryChannel, View
from zkos.host.delivery import Delivery
from zkos.host.store import desk_places as at
from zkos.host.store.library import store
from zkos.host.store.memory import Buffer, Version

_WORD_BYTES: Final = 4
_LOG_BYTES: Final = 1 << 14
_WORD: Final = struct.Struct("<I")
_HEAD: Final = struct.Struct("<2I2I")
_ROW: Final = struct.Struct("<2IQ24s8x")
_PLACE: Final = struct.Struct("<2I")
_COUNTS: Final = struct.Struct(f"<2I8x{len(at.QUERIES)}I")
_QUERIES: Final = tuple(int(query) for query in at.QUERIES)
_FIXED: Final = _QUERIES[: int(at.PROOF_DATA) + 1]
_ROWS: Final = int(at.ROWS)
_SENDER_BYTES: Final = 24
_GIVEN: Final = int(at.NEXT)


Heard: TypeAlias = Callable[[int, bytes], object]
"""Takes a query and its parameters."""


class Layout(NamedTuple):
    """What an oracle answers from."""

    fixed: Mapping[int, bytes]
    """Answers by query, of those that ask for nothing that changes."""
    transactions: Sequence[Delivery]
    tree: Version
    preimages: Version


class QuickAnswers:
    """A desk for one run: `zkos.compiler.native.Answerer`."""

    def __init__(
        self,
        layout: Layout,
        channel: QueryChannel,
        given: int,
        heard: Heard | None = None,
    ) -> None:
        """`given` transactions have been given before; `heard` is told all queries."""
        self._layout: Final = layout
        self._channel: Final = channel
        self._desk: Final = _desk(layout, given)
        self._heard: Final = heard
        self._log: Final = Buffer(0 if heard is None else _LOG_BYTES)
        self._views: list[View] = []
        self._slow = 0
        self.given: Final = memoryview(self._desk.data)[_GIVEN : _GIVEN + 4].cast("I")
        """How many transactions have been given, live."""

    def begin(self, oracle: View, out: View, incoming: View, slow: int) -> int:
        tree, preimages = self._layout.tree, self._layout.preimages
        self._views = [
            *(oracle, out, incoming, self._desk.view),
            *(tree.memory.view, tree.view),
            *(preimages.memory.view, preimages.view, self._log.view),
        ]
        self._slow = slow
        store().open_door(self._views, slow)
        return store().door

    def receive(self, incoming: View) -> None:
        self._views[2] = incoming
        store().open_door(self._views, self._slow)

    def tell(self) -> None:
        """Tell which queries were answered since the last time."""
        if self._heard is None:
            return
        (used,) = _WORD.unpack_from(self._desk.data, int(at.LOGGED))
        log, place = bytes(self._log.data[:used]), 0
        while place < used:
            query, words = _PLACE.unpack_from(log, place)
            end = place + _PLACE.size + _WORD_BYTES * words
            self._heard(query, log[place + _PLACE.size : end])
            place = end
        _WORD.pack_into(self._desk.data, int(at.LOGGED), 0)

    def end(self) -> None:
        self.tell()
        place = int(at.ASKED_WORDS)
        asked, answered, *counts = _COUNTS.unpack_from(self._desk.data, place)
        pairs = zip(_QUERIES, counts, strict=True)
        queries = {query: count for query, count in pairs if count}
        self._channel.count(queries, asked, answered)


def _desk(layout: Layout, given: int) -> Buffer:
    """All that is known before the first question."""
    transactions = layout.transactions
    place = _ROWS + _ROW.size * len(transactions)
    places, rows, content = [], [], []
    for query in _FIXED:
        answer = layout.fixed[query]
        places.append(_PLACE.pack(place, len(answer) // _WORD_BYTES))
        content.append(answer)
        place += len(answer)
    for data, told, sender in transactions:
        spelled = sender.to_bytes(_SENDER_BYTES, "little")
        rows.append(_ROW.pack(place, len(data), told, spelled))
        content.append(data)
        place += len(data)
    head = _HEAD.pack(0, 0, given, len(transactions))
    fixed = b"".join(places)
    start = head.ljust(int(at.FIXED), b"\0") + fixed
    return Buffer.of(b"".join((start.ljust(_ROWS, b"\0"), *rows, *content)))
