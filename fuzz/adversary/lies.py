"""Lies that hold together: claims about slots, leaves, proofs and preimages.

A lie answers every query it concerns alike, whenever it is asked, and forges what is
needed to back it up as far as that can be done without another root.
"""

from dataclasses import dataclass, field
from typing import Final

from fuzz.adversary.conversation import Liar, Moment, World, number
from fuzz.adversary.queries import EXACT, PREIMAGE, PREVIOUS, PROOF, SLOT
from zkos.host.channel import framed
from zkos.host.tree import DEPTH, NO_VALUE, Leaf, Proof, StateTree, hash_bytes

ADDRESS_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class SlotLie(Liar):
    """Another answer about a slot; what the tree says stays."""

    place: bytes
    """Parameters of the query."""
    is_new: int
    value: bytes

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query == SLOT and moment.parameters == self.place:
            return framed(self.is_new.to_bytes(8, "little") + self.value)
        return response


@dataclass(frozen=True, slots=True)
class IndexLie(Liar):
    """Another index for a key, asked for with one query or both."""

    key: bytes
    index: int

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query in (PREVIOUS, EXACT) and moment.parameters == self.key:
            return number(self.index)
        return response


@dataclass(frozen=True, slots=True)
class ProofLie(Liar):
    """Another proof for an index; with `echo` it names the index asked for."""

    index: int
    proof: Proof
    echo: bool = True

    def change(self, moment: Moment, response: bytes) -> bytes:
        asked = moment.parameters
        if moment.query == PROOF and asked == self.index.to_bytes(8, "little"):
            return proof_answer(asked if self.echo else None, self.proof)
        return response


@dataclass(frozen=True, slots=True)
class PreimageLie(Liar):
    """Other bytes for a hash."""

    digest: bytes
    content: bytes

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query == PREIMAGE and moment.parameters == self.digest:
            return framed(self.content)
        return response


@dataclass(frozen=True, slots=True)
class WorldLie(Liar):
    """Answers of some kinds from another state, in blocks from the one given on."""

    other: World
    queries: tuple[int, ...]
    block: int = 0

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query in self.queries and moment.block >= self.block:
            return self.other.answer(moment.query, moment.parameters)
        return response


@dataclass(slots=True)
class FickleLie(Liar):
    """Honest the first time, different when the same is asked again."""

    query: int
    parameters: bytes
    response: bytes
    _times: int = field(default=0)

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.position == 0:
            self._times = 0
        if moment.query != self.query or moment.parameters != self.parameters:
            return response
        self._times += 1
        return response if self._times == 1 else self.response


def flat_key(place: bytes) -> bytes:
    """Key of the leaf of a slot, from the parameters of the query for it."""
    address = int.from_bytes(place[:ADDRESS_BYTES], "little")
    return hash_bytes(address.to_bytes(32, "big") + place[ADDRESS_BYTES:])


def proof_answer(index: bytes | None, proof: Proof) -> bytes:
    """A proof as an answer; the index as given, or the proof's own."""
    named = proof.index.to_bytes(8, "little") if index is None else index
    leaf = proof.leaf
    link = (leaf.next % (1 << 64)).to_bytes(8, "little")
    return framed(b"".join((named, leaf.key, leaf.value, link, *proof.path)))


def true_predecessor(tree: StateTree, key: bytes) -> int:
    """The leaf before `key` in the order of keys, also where `key` has a leaf."""
    at = int.from_bytes(key, "big")
    return tree.previous_index((at - 1).to_bytes(32, "big")) if at else 0


def denial(tree: StateTree, place: bytes, index: int) -> tuple[Liar, ...]:
    """That a slot has no leaf, shown by a neighbour that may not be one."""
    return SlotLie(place, 1, NO_VALUE), IndexLie(flat_key(place), index)


def invention(
    tree: StateTree, place: bytes, index: int, value: bytes, *, forged: bool
) -> tuple[Liar, ...]:
    """That a slot has a leaf at `index`; `forged` also puts key and value there."""
    key = flat_key(place)
    claims = SlotLie(place, 0, value), IndexLie(key, index)
    if not forged:
        return claims
    honest = tree.proof(index)
    leaf = Leaf(key, value, honest.leaf.next)
    return *claims, ProofLie(index, Proof(index, leaf, honest.path))


def other_value(tree: StateTree, place: bytes, value: bytes) -> tuple[Liar, ...]:
    """That the leaf of a slot has another value, in the proof too."""
    index = tree.index_of(flat_key(place))
    claim = SlotLie(place, 0, value)
    if index is None:
        return (claim,)
    honest = tree.proof(index)
    leaf = honest.leaf._replace(value=value)
    return claim, ProofLie(index, Proof(index, leaf, honest.path))


def squeezed_out(tree: StateTree, place: bytes) -> tuple[Liar, ...]:
    """That a slot has no leaf: the one before it is said to point past it."""
    key = flat_key(place)
    before = true_predecessor(tree, key)
    index = tree.index_of(key)
    claims = denial(tree, place, before)
    if index is None:
        return claims
    honest = tree.proof(before)
    leaf = honest.leaf._replace(next=tree.leaf(index).next)
    return *claims, ProofLie(before, Proof(before, leaf, honest.path))


def moved(tree: StateTree, index: int, distance: int) -> tuple[Liar, ...]:
    """The proof of a leaf for the index of another."""
    return (ProofLie(index, tree.proof((index + distance) % (1 << DEPTH))),)


def swapped(tree: StateTree, index: int, height: int) -> tuple[Liar, ...]:
    """Two leaves in each other's place, or their paths exchanged at a height."""
    other = index ^ 1 << height % max((tree.next_free_slot - 1).bit_length(), 1)
    x, y = tree.proof(index), tree.proof(other)
    return (
        ProofLie(index, Proof(index, y.leaf, x.path)),
        ProofLie(other, Proof(other, x.leaf, y.path)),
    )
