"""Runs of blocks, with every word that was said: two are alike or they are not.

Engines are asked the same questions by the same program, so nothing in two runs may
differ: neither a word of a query nor one of the report, decoded or not.
"""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from differential.runners.base import Ending
from zkos.guest.protocol import report as guest_report
from zkos.host.channel import QUERY_IDS, QUERY_NAMES, QueryChannel, Responder
from zkos.host.oracle import HonestOracle
from zkos.host.quick import QuickAnswers
from zkos.host.state import Slot
from zkos.host.words import Words

_SLOT: Final = QUERY_IDS["storage_slot"]
_ADDRESS_BYTES: Final = 24
_KINDS: Final = {
    int(value): name.removeprefix("KIND_").lower()
    for name, value in vars(guest_report).items()
    if name.startswith("KIND_")
}


class Transcript:
    """Answers as another does, and remembers what was asked, word by word."""

    def __init__(self, responder: Responder) -> None:
        self._responder: Final = responder
        self.asked: Final[list[tuple[int, bytes]]] = []
        self._quick: QuickAnswers | None = None

    def quick(self, channel: QueryChannel) -> QuickAnswers | None:
        """The same from memory, if the other can; what is asked is told meanwhile."""
        if isinstance(self._responder, HonestOracle):
            self._quick = self._responder.quick(channel, self._hear)
        return self._quick

    def _hear(self, query: int, parameters: bytes) -> None:
        self.asked.append((query, parameters))

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; raises OracleError."""
        if self._quick is not None:
            self._quick.tell()
        self._hear(query, parameters)
        return self._responder.answer(query, parameters)

    def slots(self) -> dict[bytes, Slot]:
        """By flat key, all that were asked for."""
        made = {}
        for query, parameters in self.asked:
            if query == _SLOT:
                address = int.from_bytes(parameters[:_ADDRESS_BYTES], "little")
                key = int.from_bytes(parameters[_ADDRESS_BYTES:], "big")
                slot = Slot(address, key)
                made[slot.flat_key()] = slot
        return made


@dataclass(frozen=True, slots=True)
class Run:
    """What an engine said of a block or batch, and how it ended."""

    engine: str
    ending: Ending
    channel: QueryChannel
    transcript: Transcript


class Unlike(NamedTuple):
    """The first thing in which two runs differ."""

    layer: str
    where: str
    values: tuple[Any, Any]


def first_unlike(one: Run, two: Run) -> Unlike | None:
    """Where two runs part, or None if they are alike in everything that was said."""
    left, right = one.ending, two.ending
    if left.result is not right.result:
        values = (left.result.value, right.result.value)
        return Unlike("outcome", "", values)
    if one.transcript.asked != two.transcript.asked:
        return _unlike_questions(one.transcript.asked, two.transcript.asked)
    x, y = one.channel, two.channel
    if x.messages != y.messages:
        return _unlike_messages(x.messages, y.messages)
    rest: tuple[tuple[str, Any, Any], ...] = (
        ("public_input", left.public_input, right.public_input),
        ("words_read", left.words_read, right.words_read),
        ("words_written", x.words_written, y.words_written),
        ("fault", x.fault, y.fault),
    )
    for layer, this, that in rest:
        if this != that:
            return Unlike(layer, "", (_shown(this), _shown(that)))
    return None


def _unlike_questions(
    one: list[tuple[int, bytes]], two: list[tuple[int, bytes]]
) -> Unlike:
    for x, y in zip_longest(one, two):
        if x != y:
            asked = x or y
            assert asked is not None
            name = QUERY_NAMES.get(asked[0], hex(asked[0]))
            return Unlike("queries", name, (_question(x), _question(y)))
    raise AssertionError("the same questions")


def _question(asked: tuple[int, bytes] | None) -> str:
    if asked is None:
        return "nothing"
    return f"{QUERY_NAMES.get(asked[0], hex(asked[0]))} {asked[1].hex()}"


def _unlike_messages(
    one: list[tuple[int, bytes]], two: list[tuple[int, bytes]]
) -> Unlike:
    for x, y in zip_longest(one, two):
        if x != y:
            return Unlike("messages", _where(x, y), (_told(x), _told(y)))
    raise AssertionError("the same messages")


def _where(one: tuple[int, bytes] | None, two: tuple[int, bytes] | None) -> str:
    """The kind of message, and the word of it where both have that kind."""
    x, y = (b"" if item is None else item[1] for item in (one, two))
    kind = _KINDS.get(int.from_bytes((x or y)[:4], "little"), "text")
    if x[:4] != y[:4]:
        return kind
    words = zip(range(0, len(x), 4), range(0, len(y), 4), strict=False)
    unlike = (at // 4 for at, _ in words if x[at : at + 4] != y[at : at + 4])
    return f"{kind}, word {next(unlike, min(len(x), len(y)) // 4)}"


def _told(message: tuple[int, bytes] | None) -> str:
    return "nothing" if message is None else message[1].hex()


def _shown(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def report_words(channel: QueryChannel, kind: int) -> list[Words]:
    """The messages of a kind, each at its first field."""
    head = kind.to_bytes(4, "little")
    made = []
    for _, content in channel.messages:
        if content[:4] == head:
            words = Words(content)
            words.u32()
            made.append(words)
    return made
