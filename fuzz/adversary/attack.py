"""Draws what to lie about: edits of words, lies that hold together, both at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fuzz.adversary import block_schemes, state_schemes
from fuzz.adversary.conversation import Liar
from fuzz.adversary.knowledge import Knowledge
from fuzz.strategies.source import Source, Weights

_OF_ITS_KIND: Final = 40
"""Percent of attacks on scenes with blobs, or batches, that are about just these."""
_OF_THE_CHAIN: Final = 5
"""Percent of attacks that are about the configuration, where there is one."""
Scheme = Callable[[Knowledge, Source], tuple[Liar, ...]]


@dataclass(frozen=True, slots=True)
class Attack:
    """Who lies, and the name of the scheme."""

    liars: tuple[Liar, ...]
    kind: str


class Attacker:
    """Draws attacks on one stage, which was rehearsed."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge: Final = knowledge

    def draw(self, source: Source) -> Attack:
        """One attack."""
        scheme = source.choose(_SCHEMES, _WEIGHTS)
        if self._knowledge.stage.configuration and source.chance(_OF_THE_CHAIN):
            about = block_schemes.configuration
            scheme = with_configuration if scheme is both else about
        elif self._knowledge.blobs and source.chance(_OF_ITS_KIND):
            scheme = block_schemes.advice
        elif self._knowledge.stage.is_batch and source.chance(_OF_ITS_KIND):
            scheme = source.choose(_ABOUT_BATCHES)
        return Attack(scheme(self._knowledge, source), scheme.__name__)


def both(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Two schemes at once."""
    first = source.choose(_SCHEMES[:-1])
    second = source.choose(_SCHEMES[:-1])
    return (*first(known, source), *second(known, source))


def with_configuration(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another configuration, and any scheme besides."""
    other = source.choose(_SCHEMES[:-1])
    return (*block_schemes.configuration(known, source), *other(known, source))


_WEIGHED: Final[tuple[tuple[int, Scheme], ...]] = (
    (40, state_schemes.edit),
    (5, state_schemes.exchange),
    (8, state_schemes.value),
    (9, state_schemes.denial),
    (9, state_schemes.invention),
    (6, state_schemes.substitution),
    (5, state_schemes.index),
    (5, state_schemes.proof),
    (7, state_schemes.preimage),
    (6, state_schemes.other_world),
    (2, state_schemes.fickle),
    (7, block_schemes.sender),
    (3, block_schemes.encoding),
    (4, block_schemes.unreadable),
    (6, block_schemes.transactions),
    (6, block_schemes.metadata),
    (2, block_schemes.publishing),
    (3, block_schemes.proof_data),
    (3, block_schemes.count),
    (6, block_schemes.chain),
    (5, block_schemes.advice),
    (9, both),
)
_ABOUT_BATCHES: Final[tuple[Scheme, ...]] = (
    block_schemes.chain,
    block_schemes.metadata,
    block_schemes.proof_data,
    block_schemes.transactions,
    block_schemes.publishing,
    block_schemes.count,
)
_SCHEMES: Final = tuple(scheme for _, scheme in _WEIGHED)
_WEIGHTS: Final = Weights(*(weight for weight, _ in _WEIGHED))
