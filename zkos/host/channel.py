"""The words between guest and host: framing, counting, leftovers (oracle spec 1).

An engine that runs a guest talks to a `Channel` in bytes; `WordChannel` is the
engine's end under CPython. `QueryChannel` is the host's end: it cuts the stream into
queries for a `Responder` and messages that want no answer.
"""

import struct
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

from zkos.guest.protocol import queries
from zkos.guest.protocol.report import MESSAGE
from zkos.host.advice import POINTING, AdviceError, pointed
from zkos.lang.places import Memory, placed_bytes, show

QUERY_NAMES: Final = {
    int(query): name
    for query, name in (
        (queries.QUERY_METADATA, "block_metadata"),
        (queries.QUERY_CONFIGURATION, "configuration"),
        (queries.QUERY_DA_SCHEME, "da_scheme"),
        (queries.QUERY_TRANSACTION_SIZE, "next_tx_size"),
        (queries.QUERY_TRANSACTION, "tx_content"),
        (queries.QUERY_TRANSACTION_ENCODING, "tx_format"),
        (queries.QUERY_TRANSACTION_SENDER, "tx_from"),
        (queries.QUERY_SLOT, "storage_slot"),
        (queries.QUERY_PREIMAGE, "preimage"),
        (queries.QUERY_PROOF_DATA, "proof_data"),
        (queries.QUERY_PREVIOUS_INDEX, "prev_index"),
        (queries.QUERY_EXACT_INDEX, "exact_index"),
        (queries.QUERY_PROOF, "proof"),
        (queries.QUERY_MODEXP_ADVICE, "modexp_advice"),
        (queries.QUERY_BLOB_ADVICE, "blob_advice"),
        (queries.QUERY_BLOCK_COUNT, "block_count"),
        (queries.QUERY_DISCONNECT, "disconnect"),
    )
}
QUERY_IDS: Final = {name: query for query, name in QUERY_NAMES.items()}
ASIDE: Final = ("modexp_advice", "block_count")
"""Queries that a program may ask or not, whatever the block: one divides with advice or
without, one runs blocks alone or in batches."""
_ASIDE: Final = tuple(QUERY_IDS[name] for name in ASIDE)
REPORT: Final = int(MESSAGE)
"""Message of the result keeper, see `zkos.host.report`."""
UART: Final = 0xFFFFFFFF
"""Message of a logging build, text (oracle spec 5)."""
_MESSAGES: Final = (REPORT, UART)
View: TypeAlias = tuple[int, int]
"""Address and length in bytes."""
_WORD_BYTES: Final = 4
_COUNT: Final = struct.Struct("<I")
_HEAD: Final = struct.Struct("<II")
"""Kind and number of words that follow."""


class OracleError(Exception):
    """The host cannot answer a query: the case or the guest is at fault."""


class NothingToRead(Exception):
    """The guest read a word when no answer was prepared, or more than there was."""


class Channel(Protocol):
    """The host as an engine sees it."""

    def exchange(self, written: bytes) -> bytes:
        """Take all words written since the last call; all words now readable.

        Both little-endian. What the engine has not read is dropped by the guest's
        next write. An empty result to a guest that wants to read ends the run.
        """


class Responder(Protocol):
    """Who answers the queries."""

    def answer(self, query: int, parameters: bytes) -> bytes:
        """All words of the response, the length word first.

        The number of blocks alone has no length before it. Where a query sends
        addresses, `parameters` is what lies there (`zkos.host.advice`). Raises
        OracleError.
        """


class Answerer(Protocol):
    """Who answers a compiled guest without Python: `zkos.compiler.native.Answerer`."""

    def begin(self, oracle: View, out: View, incoming: View, slow: int) -> int: ...
    def receive(self, incoming: View) -> None: ...
    def end(self) -> None: ...


def framed(payload: bytes) -> bytes:
    """A response as the reference host sends it: padded to 64-bit words."""
    length = len(payload)
    if length % 8:
        payload += bytes(-length % 8)
        length = len(payload)
    return _COUNT.pack(length // _WORD_BYTES) + payload


def _no_memory(address: int, length: int) -> bytes:
    raise ValueError(f"no memory is connected to read {length} bytes of {address:#x}")


class QueryChannel:
    """Cuts what the guest writes into queries and messages and counts them."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self._pending = b""
        self.words_written = 0
        """Words of queries; messages are not counted."""
        self.words_answered = 0
        """Words prepared for the guest, read or not."""
        self.words_aside = 0
        """Words of queries of `ASIDE`, sent and prepared."""
        self.queries: Counter[int] = Counter()
        self.messages: list[tuple[int, bytes]] = []
        """Kind (`REPORT`, `UART`) and content, in order."""
        self.fault: str | None = None
        """Why a query could not be answered; nothing is answered after that."""
        self._memory: Memory = _no_memory

    def answerer(self) -> Answerer | None:
        """Who answers in memory what this would; None where answers are watched."""
        offer: Callable[[QueryChannel], Answerer | None] | None
        offer = getattr(self._responder, "quick", None)
        return None if offer is None else offer(self)

    def count(self, queries: Mapping[int, int], asked: int, answered: int) -> None:
        """Count what was answered without it: queries, words of them and of answers."""
        self.queries.update(queries)
        self.words_written += asked
        self.words_answered += answered

    def see(self, memory: Memory) -> None:
        """Look here for what the guest points at, see `zkos.lang.places`."""
        self._memory = memory

    def exchange(self, written: bytes) -> bytes:
        if not self._pending and len(written) >= _HEAD.size:
            kind, count = _HEAD.unpack_from(written)
            # Nearly always: one whole query.
            if len(written) == _HEAD.size + _WORD_BYTES * count and kind in QUERY_NAMES:
                return self._answer(kind, written[_HEAD.size :])
        return self._cut(written)

    def _cut(self, written: bytes) -> bytes:
        stream = self._pending + written if self._pending else written
        position, response = 0, b""
        while len(stream) - position >= _HEAD.size:
            kind, count = _HEAD.unpack_from(stream, position)
            end = position + _HEAD.size + _WORD_BYTES * count
            if end > len(stream):
                break
            content = stream[position + _HEAD.size : end]
            position = end
            if kind in _MESSAGES:
                self.messages.append((kind, content))
                response = b""
            else:
                response = self._answer(kind, content)
        self._pending = stream[position:]
        return b"" if self._pending else response

    def _answer(self, query: int, parameters: bytes) -> bytes:
        self.queries[query] += 1
        asked = len(parameters) // _WORD_BYTES
        self.words_written += 2 + asked
        if self.fault is not None:
            return b""
        try:
            if query in POINTING:
                parameters = pointed(query, parameters, self._memory)
            response = self._responder.answer(query, parameters)
        except (OracleError, AdviceError) as error:
            self.fault = str(error)
            return b""
        answered = len(response) // _WORD_BYTES
        self.words_answered += answered
        if query in _ASIDE:
            self.words_aside += 2 + asked + answered
        return response

    def queries_by_name(self) -> dict[str, int]:
        """Number of queries of each kind, by the names of the vectors."""
        return {
            QUERY_NAMES.get(query, f"{query:#x}"): count
            for query, count in self.queries.items()
        }


class WordChannel:
    """The engine's end for a guest under CPython: `zkos.lang.intrinsics.Engine`."""

    def __init__(self, channel: Channel, option_words: tuple[int, ...]) -> None:
        self._channel = channel
        show(channel, placed_bytes)
        self._options = option_words
        self._written = bytearray()
        self._readable: tuple[int, ...] = ()
        self._position = 0
        self.words_read = 0

    def read(self) -> int:
        """The next word; NothingToRead when the host prepared none."""
        if self._position == len(self._readable):
            self._exchange()
            if not self._readable:
                raise NothingToRead("no answer to read")
        word = self._readable[self._position]
        self._position += 1
        self.words_read += 1
        return word

    def write(self, word: int) -> None:
        """Send a word; drops what is left of the last answer."""
        if self._readable:
            self._readable, self._position = (), 0
        self._written += word.to_bytes(_WORD_BYTES, "little")

    def option(self, index: int) -> int:
        """Option word `index`; those beyond the given ones are 0."""
        return self._options[index] if index < len(self._options) else 0

    def flush(self) -> None:
        """Hand over what was written and not followed by a read."""
        if self._written:
            self._exchange()

    def _exchange(self) -> None:
        response = self._channel.exchange(bytes(self._written))
        self._written.clear()
        count = len(response) // _WORD_BYTES
        self._readable = struct.unpack(f"<{count}I", response[: count * _WORD_BYTES])
        self._position = 0
