"""Lies about blocks: their transactions, metadata, number, and what went before.

Most of them state something else, and are accepted if that is possible at all.
"""

from dataclasses import dataclass, field

from fuzz.adversary.conversation import Liar, Moment, Served, Told, number
from fuzz.adversary.queries import (
    CONTENT,
    COUNT,
    ENCODING,
    METADATA,
    PROOF_DATA,
    SCHEME,
    SENDER,
    SIZE,
    STATE,
    span,
)
from zkos.versions import DEFAULT, Protocol


@dataclass(slots=True)
class TransactionsLie(Liar):
    """Other transactions in a block; each size asked for is that of the next."""

    block: int
    served: tuple[Served, ...]
    for_ever: bool = False
    """The last one comes again and again."""
    _taken: int = field(default=0)

    def change(self, moment: Moment, response: bytes) -> bytes:
        query = moment.query
        if moment.block != self.block:
            return response
        if query == METADATA:
            self._taken = 0
        if query == SIZE:
            served = self._next()
            return number(0) if served is None else served.size
        if query not in (CONTENT, ENCODING, SENDER) or not self._taken:
            return response
        served = self.served[min(self._taken, len(self.served)) - 1]
        if query == CONTENT:
            return served.content
        return served.encoding if query == ENCODING else served.sender

    def _next(self) -> Served | None:
        if self._taken < len(self.served):
            self._taken += 1
            return self.served[self._taken - 1]
        return self.served[-1] if self.for_ever and self.served else None


@dataclass(frozen=True, slots=True)
class FieldLie(Liar):
    """Another field of an answer that every block has once."""

    block: int
    """-1 for what is asked before all of them."""
    query: int
    name: str
    value: bytes
    """As long as the field."""
    protocol: Protocol = DEFAULT

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query != self.query or moment.block != self.block:
            return response
        start, length = span(self.query, self.name, self.protocol)
        return response[:start] + self.value + response[start + length :]


@dataclass(frozen=True, slots=True)
class BlockLie(Liar):
    """The whole answer to a query that every block has once."""

    block: int
    """Likewise."""
    query: int
    response: bytes

    def change(self, moment: Moment, response: bytes) -> bytes:
        mine = moment.query == self.query and moment.block == self.block
        return self.response if mine else response


@dataclass(frozen=True, slots=True)
class CountLie(Liar):
    """Another number of blocks."""

    response: bytes

    def change(self, moment: Moment, response: bytes) -> bytes:
        return self.response if moment.query == COUNT else response


@dataclass(frozen=True, slots=True)
class ChainLie(Liar):
    """Another chain from some block on, but for its transactions."""

    told: tuple[Told, ...]
    block: int
    queries: tuple[int, ...] = (METADATA, SCHEME, PROOF_DATA, *STATE)

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query not in self.queries:
            return response
        if not self.block <= moment.block < len(self.told):
            return response
        told = self.told[moment.block]
        if moment.query == METADATA:
            return told.metadata
        if moment.query == SCHEME:
            return told.scheme
        if moment.query == PROOF_DATA:
            return told.proof_data
        return told.world.answer(moment.query, moment.parameters)
