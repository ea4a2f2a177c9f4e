"""Draws what to lie about: edits of words, lies that hold together, both at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fuzz.adversary import lies
from fuzz.adversary.edits import AnswerEdit, draw_edit
from fuzz.adversary.stage import (
    EXACT,
    PREIMAGE,
    PREVIOUS,
    PROOF,
    SLOT,
    STATE,
    Asked,
    Liar,
    Stage,
    World,
)
from fuzz.strategies.source import Source, Weights
from zkos.host.tree import NO_VALUE

_VERIFIED: Final = (SLOT, PREIMAGE, PROOF, PREVIOUS, EXACT)
_MIXTURES: Final = (
    _VERIFIED,
    (SLOT, PREIMAGE),
    (PROOF, PREVIOUS, EXACT),
    (PROOF,),
    (SLOT, PROOF),
    (PREVIOUS, EXACT),
    (STATE,),
    (STATE, PROOF, PREVIOUS, EXACT),
)


@dataclass(frozen=True, slots=True)
class Attack:
    """Who lies, and the name of the scheme."""

    liars: tuple[Liar, ...]
    kind: str


class Attacker:
    """Draws attacks on one stage, which was rehearsed."""

    def __init__(self, stage: Stage, worlds: tuple[World, ...]) -> None:
        self._stage: Final = stage
        self._tree: Final = stage.state.tree
        self._worlds: Final = worlds
        honest = stage.honest
        self._slots: Final = [item for item in honest if item.query == SLOT]
        self._present: Final = [item for item in self._slots if not is_new(item)]
        self._absent: Final = [item for item in self._slots if is_new(item)]
        self._preimages: Final = [item for item in honest if item.query == PREIMAGE]
        self._proofs: Final = [item for item in honest if item.query == PROOF]
        self._known: Final = list(stage.state.preimages)
        by_query: dict[int, list[int]] = {}
        for position, item in enumerate(honest):
            by_query.setdefault(item.query, []).append(position)
        self._positions: Final = list(by_query.values())
        self._verified: Final = [
            places for query, places in by_query.items() if query in _VERIFIED
        ]

    def draw(self, source: Source) -> Attack:
        """One attack."""
        scheme = source.choose(_SCHEMES, _SCHEME_WEIGHTS)
        liars = scheme(self, source)
        return Attack(liars, scheme.__name__.lstrip("_"))

    def _edit(self, source: Source) -> tuple[Liar, ...]:
        """A word or more of one answer or a few."""
        honest = self._stage.honest
        count = source.choose((1, 2, 3, 5), Weights(70, 18, 8, 4))
        edits = []
        for _ in range(count):
            groups = self._verified if source.chance(85) else self._positions
            if not groups:
                groups = self._positions
            position = source.choose(source.choose(groups))
            edits.append(draw_edit(source, honest, position))
        return tuple(edits)

    def _exchange(self, source: Source) -> tuple[Liar, ...]:
        """Two answers in each other's place."""
        honest = self._stage.honest
        group = source.choose(self._positions)
        x = source.choose(group)
        y = source.choose(group) if source.chance(70) else source.below(len(honest))
        return (_given(honest, x, y), _given(honest, y, x))

    def _value(self, source: Source) -> tuple[Liar, ...]:
        if not self._slots:
            return self._edit(source)
        asked = source.choose(self._slots)
        value = self._some_value(source, asked)
        if source.chance(60):
            return lies.other_value(self._tree, asked.parameters, value)
        flag = int(is_new(asked))
        return (lies.SlotLie(asked.parameters, flag, value),)

    def _denial(self, source: Source) -> tuple[Liar, ...]:
        """A slot that exists is called new."""
        if not self._present:
            return self._value(source)
        place = source.choose(self._present).parameters
        if source.chance(20):
            return lies.squeezed_out(self._tree, place)
        return lies.denial(self._tree, place, self._some_index(source, place))

    def _invention(self, source: Source) -> tuple[Liar, ...]:
        """A slot that does not exist is said to."""
        if not self._absent:
            return self._value(source)
        place = source.choose(self._absent).parameters
        index = self._some_index(source, place)
        value = self._tree.leaf(index).value
        if source.chance(40):
            value = source.bytes(32)
        forged = source.chance(40)
        return lies.invention(self._tree, place, index, value, forged=forged)

    def _substitution(self, source: Source) -> tuple[Liar, ...]:
        """A slot has the value of another, whose leaf is to prove it."""
        if not self._present:
            return self._value(source)
        place = source.choose(self._present).parameters
        index = source.below(self._tree.next_free_slot)
        if source.chance(50):
            other = lies.flat_key(source.choose(self._present).parameters)
            index = self._tree.index_of(other) or 0
        value = self._tree.leaf(index).value
        return lies.invention(self._tree, place, index, value, forged=False)

    def _index(self, source: Source) -> tuple[Liar, ...]:
        if not self._slots:
            return self._edit(source)
        place = source.choose(self._slots).parameters
        index = self._some_index(source, place)
        return (lies.IndexLie(lies.flat_key(place), index),)

    def _proof(self, source: Source) -> tuple[Liar, ...]:
        if not self._proofs:
            return self._edit(source)
        asked = source.choose(self._proofs)
        index = int.from_bytes(asked.parameters, "little")
        if source.chance(50):
            return lies.moved(self._tree, index, source.choose((1, -1, 2, 1 << 32, 5)))
        return lies.swapped(self._tree, index, source.below(6))

    def _preimage(self, source: Source) -> tuple[Liar, ...]:
        if not self._preimages:
            return self._value(source)
        digest = source.choose(self._preimages).parameters
        honest = self._stage.state.preimages.get(digest) or b""
        content = source.choose(self._known)
        if honest and source.chance(75):
            place = source.below(len(honest))
            flipped = honest[place] ^ 1 << source.below(8)
            content = honest[:place] + bytes([flipped]) + honest[place + 1 :]
            if source.chance(20):
                content = honest[:place] if source.chance(50) else honest + content
        return (lies.PreimageLie(digest, content),)

    def _other_world(self, source: Source) -> tuple[Liar, ...]:
        """Answers from a state that is a little different."""
        if not self._worlds:
            return self._value(source)
        world = source.choose(self._worlds)
        if source.chance(25):
            return (lies.WorldLie(world, (), whole=True),)
        return (lies.WorldLie(world, source.choose(_MIXTURES)),)

    def _fickle(self, source: Source) -> tuple[Liar, ...]:
        """Another answer when the same is asked again."""
        asked = source.choose(self._stage.honest)
        other = source.choose(self._stage.honest)
        return (lies.FickleLie(asked.query, asked.parameters, other.response),)

    def _both(self, source: Source) -> tuple[Liar, ...]:
        """Two schemes at once."""
        first = source.choose(_SCHEMES[:-1])
        second = source.choose(_SCHEMES[:-1])
        return (*first(self, source), *second(self, source))

    def _some_value(self, source: Source, asked: Asked) -> bytes:
        honest = asked.response[12:44]
        if source.chance(40):
            place = source.below(32)
            flipped = honest[place] ^ 1 << source.below(8)
            return honest[:place] + bytes([flipped]) + honest[place + 1 :]
        if source.chance(40):
            return source.choose(self._slots).response[12:44]
        return NO_VALUE if source.chance(50) else source.bytes(32)

    def _some_index(self, source: Source, place: bytes) -> int:
        """An index that might pass for that of a slot or of the one before it."""
        tree, key = self._tree, lies.flat_key(place)
        size = tree.next_free_slot
        exact = tree.previous_index(key)
        width = (size - 1).bit_length()
        return source.choose(
            (
                exact,
                lies.true_predecessor(tree, key),
                tree.leaf(exact).next,
                source.below(size),
                size + source.below(3),
                exact + (source.integer(1, 3) << width),
                exact + (1 << 32),
                0,
                (1 << 64) - 1,
            ),
            Weights(20, 24, 8, 20, 8, 8, 4, 4, 4),
        )


def is_new(asked: Asked) -> bool:
    """Whether an honest answer about a slot says that it has no leaf."""
    return asked.response[4] == 1


def drawn_worlds(stage: Stage, source: Source, count: int) -> tuple[World, ...]:
    """States a little different where the block looks."""
    slots = [item for item in stage.honest if item.query == SLOT]
    worlds = []
    for _ in range(count if slots else 0):
        asked = source.choose(slots)
        other = source.choose(slots)
        state = stage.state.fork()
        key = lies.flat_key(asked.parameters)
        value = other.response[12:44] if source.chance(60) else source.bytes(32)
        state.tree.write(key, value)
        if source.chance(30):
            state.tree.write(source.bytes(32), source.bytes(32))
        worlds.append(stage.other_world(state))
    return tuple(worlds)


def _given(honest: list[Asked], position: int, other: int) -> Liar:
    return AnswerEdit(position, honest[other].response, "exchange")


_Scheme = Callable[[Attacker, Source], tuple[Liar, ...]]
_SCHEMES: Final[tuple[_Scheme, ...]] = (
    Attacker._edit,
    Attacker._exchange,
    Attacker._value,
    Attacker._denial,
    Attacker._invention,
    Attacker._substitution,
    Attacker._index,
    Attacker._proof,
    Attacker._preimage,
    Attacker._other_world,
    Attacker._fickle,
    Attacker._both,
)
_SCHEME_WEIGHTS: Final = Weights(40, 5, 8, 9, 9, 6, 5, 5, 7, 6, 2, 8)
