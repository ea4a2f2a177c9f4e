"""The host's end of a run: it serves a statement from states, and lets liars speak.

Answers about a state do not change during a block, so each is computed once and
remembered; what an edited answer makes the guest ask besides is answered honestly
too, or not at all.
"""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from fuzz.adversary.queries import (
    CONFIGURATION,
    CONTENT,
    COUNT,
    ENCODING,
    METADATA,
    PROOF_DATA,
    SCHEME,
    SENDER,
    SIZE,
    STATEMENT,
)
from fuzz.adversary.statement import Asked, StatedBlock, StatedTransaction
from zkos.host.advice import POINTING, AdviceError, pointed
from zkos.host.channel import OracleError, framed
from zkos.host.context import BlockContext
from zkos.host.oracle import HonestOracle
from zkos.host.state import ChainState
from zkos.lang.places import Memory

NO_ANSWER: Final = struct.pack("<I", 0)
PATIENCE: Final = 10_000
"""Answers after which a host hangs up: one that always has another transaction, or
always a size that cannot be read, keeps the guest busy for ever, which proves nothing.
Honest runs take some dozens, batches some hundreds."""
_ABOUT_BLOCKS: Final = STATEMENT | {SENDER}
_SENDER_BYTES: Final = 24
_MOST_REMEMBERED: Final = 4096


class World:
    """A state that answers the queries about itself, and for advice."""

    def __init__(self, state: ChainState) -> None:
        self.state: Final = state
        self._oracle: Final = HonestOracle(state, BlockContext(), ())
        self._known: Final[dict[tuple[int, bytes], bytes]] = {}

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The honest answer; none where honesty has none."""
        key = (query, parameters)
        known = self._known.get(key)
        if known is None:
            if len(self._known) == _MOST_REMEMBERED:
                self._known.clear()
                self.state.tree.answers.clear()
            try:
                known = self._oracle.answer(query, parameters)
            except OracleError:
                known = NO_ANSWER
            self._known[key] = known
        return known


class Served(NamedTuple):
    """A transaction as answers."""

    size: bytes
    content: bytes
    encoding: bytes
    sender: bytes


class Told(NamedTuple):
    """A block as answers, and the state it runs on."""

    block: StatedBlock
    metadata: bytes
    scheme: bytes
    served: tuple[Served, ...]
    proof_data: bytes
    world: World


def tell(block: StatedBlock, world: World) -> Told:
    """Prepare a block for being served."""
    return Told(
        block,
        framed(block.metadata),
        number(block.scheme),
        tuple(map(serve, block.transactions)),
        framed(block.proof_data),
        world,
    )


def serve(item: StatedTransaction) -> Served:
    """Prepare a transaction for being served."""
    return Served(
        number(len(item.data) + item.more),
        framed(item.data),
        number(item.encoding),
        framed(max(item.sender, 0).to_bytes(_SENDER_BYTES, "little")),
    )


def number(value: int) -> bytes:
    """A 64-bit number as an answer, cut to its range."""
    return framed((value % (1 << 64)).to_bytes(8, "little"))


class Teller:
    """Serves blocks one after another; honest to the letter."""

    def __init__(
        self, told: Sequence[Told], count: int, configuration: bytes = b""
    ) -> None:
        """`configuration`: of the chain; nothing where a version has none."""
        self._told = told
        self._count = count
        self._configuration = framed(configuration) if configuration else NO_ANSWER
        self._served = 0
        self._now = told[0]
        """The block that is served, or the last one."""
        self.block = -1
        """Number of the block that was begun last."""

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The response to a query; empty where there is none."""
        if query not in _ABOUT_BLOCKS:
            return self._now.world.answer(query, parameters)
        if query == COUNT:
            return self._count.to_bytes(4, "little")
        if query == CONFIGURATION:
            return self._configuration
        if query == METADATA:
            self.block += 1
            self._served = 0
            if self.block < len(self._told):
                self._now = self._told[self.block]
        if not 0 <= self.block < len(self._told):
            return NO_ANSWER
        return self._about_block(query)

    def _about_block(self, query: int) -> bytes:
        now = self._now
        if query == METADATA:
            return now.metadata
        if query == SCHEME:
            return now.scheme
        if query == PROOF_DATA:
            return now.proof_data
        rest = now.served[self._served :]
        if query == SIZE:
            return rest[0].size if rest else number(0)
        if query == CONTENT:
            self._served += 1
            return rest[0].content if rest else NO_ANSWER
        if not 0 < self._served <= len(now.served):
            return NO_ANSWER
        served = now.served[self._served - 1]
        return served.encoding if query == ENCODING else served.sender


class Moment(NamedTuple):
    """When a query is asked."""

    position: int
    """Number of the query in the run."""
    block: int
    query: int
    parameters: bytes


class Liar:
    """Changes answers on their way to the guest. The plain one is honest."""

    def change(self, moment: Moment, response: bytes) -> bytes:
        """The answer to give instead of `response`, which others may have changed."""
        del moment
        return response


class Conversation:
    """The channel of one run. The guest must not report, so nothing is cut."""

    def __init__(
        self,
        told: Sequence[Told],
        count: int,
        liars: tuple[Liar, ...] = (),
        configuration: bytes = b"",
    ) -> None:
        self._teller: Final = Teller(told, count, configuration)
        self._liars: Final = liars
        self._memory: Memory = _no_memory
        self.asked: Final[list[Asked]] = []
        """Everything, answers as they were given."""
        self.lies: Final[list[tuple[int, bytes, bytes]]] = []
        """Query, honest answer and what was said instead."""

    def see(self, memory: Memory) -> None:
        """Look here for what the guest points at."""
        self._memory = memory

    def exchange(self, written: bytes) -> bytes:
        """Answer the one query that was written; nothing after `PATIENCE` answers."""
        asked = self.asked
        if not written or len(asked) == PATIENCE:
            return b""
        query = int.from_bytes(written[:4], "little")
        parameters = written[8:]
        if query in POINTING:
            try:
                parameters = pointed(query, parameters, self._memory)
            except AdviceError:
                return b""
        teller = self._teller
        response = teller.answer(query, parameters)
        if self._liars:
            honest = response
            moment = Moment(len(asked), teller.block, query, parameters)
            for liar in self._liars:
                response = liar.change(moment, response)
            if response is not honest:
                self.lies.append((query, honest, response))
        asked.append(Asked(query, parameters, response))
        return response


def _no_memory(address: int, length: int) -> bytes:
    raise ValueError(f"no memory is connected to read {length} bytes of {address:#x}")
