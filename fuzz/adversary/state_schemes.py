"""Schemes of lies about the state: slots, leaves, proofs, preimages.

A scheme draws one lie, or a few that hold together; where a stage gives no occasion it
falls back to another.
"""

from typing import Final

from fuzz.adversary import lies
from fuzz.adversary.conversation import Liar
from fuzz.adversary.edits import AnswerEdit, draw_edit
from fuzz.adversary.knowledge import Knowledge, View, is_new
from fuzz.adversary.queries import EXACT, PREIMAGE, PREVIOUS, PROOF, PROOF_DATA, SLOT
from fuzz.adversary.queries import STATE as ALL
from fuzz.adversary.statement import Asked
from fuzz.strategies.source import Source, Weights
from zkos.host.tree import NO_VALUE

_MIXTURES: Final = (
    ALL,
    (SLOT, PREIMAGE),
    (PROOF, PREVIOUS, EXACT),
    (PROOF,),
    (SLOT, PROOF),
    (PREVIOUS, EXACT),
    (PROOF_DATA,),
    (PROOF_DATA, PROOF, PREVIOUS, EXACT),
)
_COUNTS: Final = Weights(70, 18, 8, 4)
_INDICES: Final = Weights(20, 24, 8, 20, 8, 8, 4, 4, 4)
_LAST_BYTES: Final = 16


def edit(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A word or more of one answer or a few."""
    edits = []
    for _ in range(source.choose((1, 2, 3, 5), _COUNTS)):
        groups = known.verified if source.chance(85) else known.positions
        if not groups:
            groups = known.positions
        position = source.choose(source.choose(groups))
        edits.append(draw_edit(source, known.honest, position))
    return tuple(edits)


def exchange(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Two answers in each other's place."""
    honest = known.honest
    group = source.choose(known.positions)
    x = source.choose(group)
    y = source.choose(group) if source.chance(70) else source.below(len(honest))
    return (_given(honest, x, y), _given(honest, y, x))


def value(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another value of a slot."""
    view = known.view(source)
    if not view.slots:
        return edit(known, source)
    asked = source.choose(view.slots)
    claimed = _some_value(view, source, asked)
    if source.chance(60):
        return lies.other_value(view.tree, asked.parameters, claimed)
    flag = int(is_new(asked))
    return (lies.SlotLie(asked.parameters, flag, claimed),)


def denial(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A slot that exists is called new."""
    view = known.view(source)
    if not view.present:
        return value(known, source)
    place = source.choose(view.present).parameters
    if source.chance(20):
        return lies.squeezed_out(view.tree, place)
    return lies.denial(view.tree, place, _some_index(view, source, place))


def invention(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A slot that does not exist is said to."""
    view = known.view(source)
    if not view.absent:
        return value(known, source)
    place = source.choose(view.absent).parameters
    claimed_index = _some_index(view, source, place)
    claimed = view.tree.leaf(claimed_index).value
    if source.chance(40):
        claimed = source.bytes(32)
    forged = source.chance(40)
    return lies.invention(view.tree, place, claimed_index, claimed, forged=forged)


def substitution(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """A slot has the value of another, whose leaf is to prove it."""
    view = known.view(source)
    if not view.present:
        return value(known, source)
    place = source.choose(view.present).parameters
    other_index = source.below(view.tree.next_free_slot)
    if source.chance(50):
        other = lies.flat_key(source.choose(view.present).parameters)
        other_index = view.tree.index_of(other) or 0
    claimed = view.tree.leaf(other_index).value
    return lies.invention(view.tree, place, other_index, claimed, forged=False)


def index(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another index for a key."""
    view = known.view(source)
    if not view.slots:
        return edit(known, source)
    place = source.choose(view.slots).parameters
    claimed = _some_index(view, source, place)
    return (lies.IndexLie(lies.flat_key(place), claimed),)


def proof(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Leaves or paths in each other's place."""
    view = known.view(source)
    if not view.proofs:
        return edit(known, source)
    asked = source.choose(view.proofs)
    place = int.from_bytes(asked.parameters, "little")
    if source.chance(50):
        return lies.moved(view.tree, place, source.choose((1, -1, 2, 1 << 32, 5)))
    return lies.swapped(view.tree, place, source.below(6))


def preimage(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Other bytes for a hash: of an account, of code, of its padding or jump map."""
    view = known.view(source)
    if not view.preimages:
        return value(known, source)
    digest = source.choose(view.preimages).parameters
    honest = view.world.state.preimages.get(digest) or b""
    content = source.choose(known.known)
    if honest and source.chance(75):
        place = source.below(len(honest))
        if source.chance(30):
            # Where code has its padding and its jump map.
            place = len(honest) - 1 - place % min(len(honest), _LAST_BYTES)
        flipped = honest[place] ^ 1 << source.below(8)
        changed = honest[:place] + bytes([flipped]) + honest[place + 1 :]
        if source.chance(20):
            changed = honest[:place] if source.chance(50) else honest + content
        elif source.chance(10):
            # Words that are sent along and belong to nothing.
            changed = honest + source.bytes(-len(honest) % 8 or 4)
        content = changed
    return (lies.PreimageLie(digest, content),)


def other_world(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Answers from a state that is a little different, in part or whole."""
    if not known.worlds:
        return value(known, source)
    block, world = source.choose(known.worlds)
    if source.chance(25):
        return (lies.WorldLie(world, (*ALL, PROOF_DATA), block),)
    return (lies.WorldLie(world, source.choose(_MIXTURES), block),)


def fickle(known: Knowledge, source: Source) -> tuple[Liar, ...]:
    """Another answer when the same is asked again."""
    asked = source.choose(known.honest)
    other = source.choose(known.honest)
    return (lies.FickleLie(asked.query, asked.parameters, other.response),)


def _some_value(view: View, source: Source, asked: Asked) -> bytes:
    honest = asked.response[12:44]
    if source.chance(40):
        place = source.below(32)
        flipped = honest[place] ^ 1 << source.below(8)
        return honest[:place] + bytes([flipped]) + honest[place + 1 :]
    if source.chance(40):
        return source.choose(view.slots).response[12:44]
    return NO_VALUE if source.chance(50) else source.bytes(32)


def _some_index(view: View, source: Source, place: bytes) -> int:
    """An index that might pass for that of a slot or of the one before it."""
    tree, key = view.tree, lies.flat_key(place)
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
        _INDICES,
    )


def _given(honest: list[Asked], position: int, other: int) -> Liar:
    return AnswerEdit(position, honest[other].response, "exchange")
