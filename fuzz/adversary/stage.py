"""A scene prepared for lying: honest answers at hand, honest outputs known.

Answers do not change during a block, so each is computed once and remembered; what
an edited answer makes the guest ask besides is answered honestly too, or not at all.
"""

import struct
from dataclasses import dataclass, replace
from typing import Final

from differential.runners.base import encode_block, state_of_case
from fuzz.adversary.engines import Ending, Engine
from zkos.host.case import Block, Case
from zkos.host.channel import QUERY_IDS, OracleError, framed
from zkos.host.oracle import HonestOracle
from zkos.host.state import ChainState

SIZE: Final = QUERY_IDS["next_tx_size"]
CONTENT: Final = QUERY_IDS["tx_content"]
STATE: Final = QUERY_IDS["io_init"]
METADATA: Final = QUERY_IDS["block_metadata"]
SLOT: Final = QUERY_IDS["storage_slot"]
PREIMAGE: Final = QUERY_IDS["preimage"]
DISCONNECT: Final = QUERY_IDS["disconnect"]
PROOF: Final = QUERY_IDS["proof"]
PREVIOUS: Final = QUERY_IDS["prev_index"]
EXACT: Final = QUERY_IDS["exact_index"]
STATEMENT: Final = (SIZE, CONTENT, STATE, METADATA)
"""Queries whose answers are what a proof is about: bound, not verified."""
NO_ANSWER: Final = struct.pack("<I", 0)
ADDRESS_BYTES: Final = 24
PATIENCE: Final = 10_000
"""Answers after which a host hangs up: one that always has another transaction keeps
the guest busy for ever, which proves nothing. Honest runs take some dozens."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of the honest run and its whole answer."""

    query: int
    parameters: bytes
    response: bytes


class World:
    """A state that answers the queries about itself."""

    def __init__(self, state: ChainState, block: Block) -> None:
        self.state: Final = state
        self._oracle: Final = HonestOracle(state, block.context, ())
        self._known: Final[dict[tuple[int, bytes], bytes]] = {}

    def answer(self, query: int, parameters: bytes) -> bytes:
        """The honest answer; none where honesty has none."""
        key = (query, parameters)
        known = self._known.get(key)
        if known is None:
            try:
                known = self._oracle.answer(query, parameters)
            except OracleError:
                known = NO_ANSWER
            self._known[key] = known
        return known


class Liar:
    """Changes answers on their way to the guest. The plain one is honest."""

    def world(self) -> "World | None":
        """Another state to answer from."""
        return None

    def stated(self) -> "World | None":
        """The state whose commitment is told, if it is another."""
        return self.world()

    def change(
        self, position: int, query: int, parameters: bytes, honest: bytes
    ) -> bytes:
        """The answer to give instead of `honest` to the query at this position."""
        del position, query, parameters
        return honest


class Conversation:
    """The host's end of one run. The guest must not report, so nothing is cut."""

    def __init__(
        self,
        world: World,
        transactions: list[bytes],
        liars: tuple[Liar, ...] = (),
        statement: dict[tuple[int, int], bytes] | None = None,
    ) -> None:
        self._world = world
        self._transactions = transactions
        self._taken = 0
        self._liars = liars
        self._given = statement
        """Answers to `STATEMENT` by query and number, where they are prescribed."""
        self._counts = [0] * 4
        self.asked: list[Asked] = []
        """Everything, answers as they were given."""

    def exchange(self, written: bytes) -> bytes:
        """Answer the one query that was written; nothing after `PATIENCE` answers."""
        if not written or len(self.asked) == PATIENCE:
            return b""
        query = int.from_bytes(written[:4], "little")
        parameters = written[8:]
        if query <= METADATA:
            response = self._statement(query, parameters)
        else:
            response = self._world.answer(query, parameters)
        position = len(self.asked)
        for liar in self._liars:
            response = liar.change(position, query, parameters, response)
        self.asked.append(Asked(query, parameters, response))
        return response

    def _statement(self, query: int, parameters: bytes) -> bytes:
        number = self._counts[query]
        self._counts[query] = number + 1
        if self._given is not None:
            # Beyond what the other run asked it was rejected or is honest.
            return self._given.get((query, number), NO_ANSWER)
        if query == SIZE:
            return _size(self._transactions, self._taken)
        if query == CONTENT:
            if self._taken == len(self._transactions):
                return NO_ANSWER
            self._taken += 1
            return framed(self._transactions[self._taken - 1])
        return self._world.answer(query, parameters)


def statement_of(asked: list[Asked]) -> dict[tuple[int, int], bytes]:
    """The answers that make up what a run was about."""
    statement: dict[tuple[int, int], bytes] = {}
    counts = [0] * 4
    for item in asked:
        if item.query <= METADATA:
            statement[item.query, counts[item.query]] = item.response
            counts[item.query] += 1
    return statement


class Stage:
    """A scene ready to be run against liars."""

    def __init__(self, name: str, case: Case, options: int) -> None:
        self.name: Final = name
        self.options: Final = options
        state = state_of_case(case)
        block = case.blocks[0]
        self.block: Final = block
        self.state: Final = state
        self.world: Final = World(state, block)
        self.transactions: Final = encode_block(block)
        self.honest: list[Asked] = []
        self.output = b""

    def rehearse(self, engine: Engine) -> Ending:
        """Run honestly and remember it; the ending is accepted if all is well."""
        talk = Conversation(self.world, self.transactions)
        ending = engine.run(talk, self.options)
        self.honest = talk.asked
        self.output = ending.output or b""
        return ending

    def perform(
        self, engine: Engine, liars: tuple[Liar, ...]
    ) -> tuple[Ending, list[Asked]]:
        """Run against liars; the ending and what was said."""
        world = self.world
        for liar in liars:
            world = liar.world() or world
        talk = Conversation(world, self.transactions, liars)
        return engine.run(talk, self.options), talk.asked

    def answer_honestly(
        self, engine: Engine, asked: list[Asked], world: World | None
    ) -> Ending:
        """Run on the statement of another run, all else honest."""
        talk = Conversation(
            world or self.world, self.transactions, (), statement_of(asked)
        )
        return engine.run(talk, self.options)

    def other_world(self, state: ChainState) -> World:
        """Another state for the same block."""
        return World(state, replace(self.block))


def _size(transactions: list[bytes], taken: int) -> bytes:
    size = len(transactions[taken]) if taken < len(transactions) else 0
    return framed(size.to_bytes(8, "little"))
