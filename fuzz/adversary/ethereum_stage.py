"""Scenes of the Ethereum instance: a block served by a host that may lie.

What a run is about is the header: the output is its hash, and everything else hangs on
it. Answers about the state do not change during a block, so each is computed once.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from differential.ethereum.blocks import KnownBlock
from fuzz.adversary.conversation import NO_ANSWER, Liar, Moment
from fuzz.adversary.engines import Ending, Engine
from fuzz.adversary.statement import Asked
from zkos.guest.protocol import ethereum_queries as queries
from zkos.host.channel import OracleError
from zkos.host.ethereum.block import EthereumBlock
from zkos.host.ethereum.oracle import WitnessOracle

PATIENCE: Final = 100_000
"""Answers after which a host hangs up, see `conversation`."""
NEXT: Final = int(queries.QUERY_NEXT)
NEXT_SIZE: Final = int(queries.QUERY_NEXT_SIZE)
_SERVED: Final = (NEXT, NEXT_SIZE)
"""Queries whose answers depend on what was asked before."""
_STATELESS_OF_BLOCK: Final = (
    int(queries.QUERY_HEADER),
    int(queries.QUERY_HEADER_SIZE),
    int(queries.QUERY_WITHDRAWALS),
    int(queries.QUERY_WITHDRAWALS_SIZE),
    int(queries.QUERY_ANCESTOR),
    int(queries.QUERY_ANCESTOR_SIZE),
)
Answers = dict[tuple[int, bytes], bytes]


class EthereumAttack(NamedTuple):
    """A block to be served instead, and who lies besides."""

    kind: str
    served: EthereumBlock
    liars: tuple[Liar, ...] = ()


class Performed(NamedTuple):
    """A run, and what the guest was told."""

    ending: Ending
    asked: list[Asked]
    lies: list[int]
    """Queries that were answered with something else."""


class EthereumStage:
    """A block ready to be run against liars, once it is rehearsed."""

    def __init__(self, name: str, known: KnownBlock, options: int) -> None:
        self.name: Final = name
        self.known: Final = known
        self.options: Final = options
        self.output: Final = known.block.hash
        self.honest: list[Asked] = []
        self._answers: Final[Answers] = {}

    def rehearse(self, engine: Engine) -> Ending:
        """Run honestly and remember it; accepted with the hash if all is well."""
        played = self.perform(engine, EthereumAttack("honest", self.known.block))
        self.honest = played.asked
        return played.ending

    def perform(self, engine: Engine, attack: EthereumAttack) -> Performed:
        """Run against an attack."""
        talk = _Talk(self.known.block, attack, self._answers)
        ending = engine.run(talk, self.options)
        return Performed(ending, talk.asked, talk.lies)


class _Talk:
    """The channel of one run; the guest must not report."""

    def __init__(
        self, honest: EthereumBlock, attack: EthereumAttack, answers: Answers
    ) -> None:
        self._oracle: Final = WitnessOracle(attack.served)
        self._changed: Final = attack.served is not honest
        self._liars: Final[Sequence[Liar]] = attack.liars
        self._answers: Final = answers
        self.asked: Final[list[Asked]] = []
        self.lies: Final[list[int]] = []

    def exchange(self, written: bytes) -> bytes:
        """Answer the one query that was written; nothing after `PATIENCE` answers."""
        if not written or len(self.asked) == PATIENCE:
            return b""
        query, parameters = int.from_bytes(written[:4], "little"), written[8:]
        response = self._answer(query, parameters)
        if self._liars:
            honest = response
            moment = Moment(len(self.asked), 0, query, parameters)
            for liar in self._liars:
                response = liar.change(moment, response)
            if response != honest:
                self.lies.append(query)
        self.asked.append(Asked(query, parameters, response))
        return response

    def _answer(self, query: int, parameters: bytes) -> bytes:
        if query in _SERVED or (self._changed and query in _STATELESS_OF_BLOCK):
            return _said(self._oracle.answer, query, parameters)
        key = (query, parameters)
        known = self._answers.get(key)
        if known is None:
            known = _said(self._oracle.answer, query, parameters)
            self._answers[key] = known
        return known


def _said(
    answer: Callable[[int, bytes], bytes], query: int, parameters: bytes
) -> bytes:
    """The honest answer; none where honesty has none."""
    try:
        return answer(query, parameters)
    except OracleError:
        return NO_ANSWER
