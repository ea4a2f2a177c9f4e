"""The state tree as the host keeps it: all leaves, their order, all inner hashes.

A binary Merkle tree of depth 64 whose leaves form a list sorted by key (state spec
9). The guest sees it only through the oracle, which serves `proof`, `index_of`
and `previous_index` from here.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final, NamedTuple, Self

DEPTH: Final = 64
LOWEST_KEY: Final = bytes(32)
HIGHEST_KEY: Final = b"\xff" * 32
NO_VALUE: Final = bytes(32)


class Leaf(NamedTuple):
    """A slot of the state: its flat key, its value, the index of its successor."""

    key: bytes
    value: bytes
    next: int

    def hash(self) -> bytes:
        """Digest at height 0."""
        link = self.next.to_bytes(8, "little")
        return hash_bytes(self.key + self.value + link)


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf and its 64 siblings, `path[0]` the one beside the leaf."""

    index: int
    leaf: Leaf
    path: tuple[bytes, ...]

    def root(self) -> bytes:
        """The root this proof belongs to."""
        node = self.leaf.hash()
        for height, sibling in enumerate(self.path):
            pair = sibling + node if self.index >> height & 1 else node + sibling
            node = hash_bytes(pair)
        return node


def hash_bytes(data: bytes) -> bytes:
    """BLAKE2s-256."""
    return blake2s(data).digest()


EMPTY_LEAF: Final = Leaf(LOWEST_KEY, NO_VALUE, 0)


def empty_hashes() -> tuple[bytes, ...]:
    """Digest of an unused subtree of each height 0 .. 64."""
    hashes = [EMPTY_LEAF.hash()]
    for _ in range(DEPTH):
        hashes.append(hash_bytes(hashes[-1] * 2))
    return tuple(hashes)


EMPTY: Final = empty_hashes()


class StateTree:
    """All leaves of the state, from genesis: only the two guards.

    Forks share everything until one of them changes.
    """

    def __init__(self) -> None:
        self._leaves = [Leaf(LOWEST_KEY, NO_VALUE, 1), Leaf(HIGHEST_KEY, NO_VALUE, 1)]
        self._index = {LOWEST_KEY: 0, HIGHEST_KEY: 1}
        self._sorted = [LOWEST_KEY, HIGHEST_KEY]
        # Digests from the left, a list per height; nodes to the right are EMPTY.
        self._levels: list[list[bytes]] = [[] for _ in range(DEPTH + 1)]
        self._stale = {0, 1}
        self._shared = False
        self.answers: dict[tuple[int, bytes], bytes] = {}
        """What an oracle said about the tree as it is, to be said again."""

    @classmethod
    def from_leaves(cls, leaves: Iterable[tuple[bytes, bytes]]) -> Self:
        """The tree in which these keys and values were inserted in this order."""
        tree = cls()
        for key, value in leaves:
            tree.insert(key, value)
        return tree

    def fork(self) -> "StateTree":
        """An independent tree of the same content."""
        self._hash_stale()
        twin = StateTree.__new__(StateTree)
        twin._leaves = self._leaves
        twin._index = self._index
        twin._sorted = self._sorted
        twin._levels = self._levels
        twin._stale = set()
        twin.answers = self.answers
        twin._shared = self._shared = True
        return twin

    @property
    def next_free_slot(self) -> int:
        """Number of leaves, guards included."""
        return len(self._leaves)

    def leaf(self, index: int) -> Leaf:
        """The leaf at `index`; the empty one where nothing was inserted."""
        return self._leaves[index] if index < len(self._leaves) else EMPTY_LEAF

    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves by index."""
        return tuple(self._leaves)

    def index_of(self, key: bytes) -> int | None:
        """Index of the leaf with this key, if there is one."""
        return self._index.get(key)

    def previous_index(self, key: bytes) -> int:
        """Index of the leaf with the greatest key not above `key`."""
        return self._index[self._sorted[bisect_right(self._sorted, key) - 1]]

    def value(self, key: bytes) -> bytes | None:
        """Value of the leaf with this key, if there is one."""
        index = self._index.get(key)
        return None if index is None else self._leaves[index].value

    def insert(self, key: bytes, value: bytes) -> int:
        """Append a leaf for an absent key; its index. ValueError if it exists."""
        if key in self._index:
            raise ValueError(f"key {key.hex()} is in the tree already")
        if len(key) != len(LOWEST_KEY) or len(value) != len(NO_VALUE):
            raise ValueError("keys and values have 32 bytes")
        self._own()
        index = len(self._leaves)
        before = self.previous_index(key)
        predecessor = self._leaves[before]
        self._leaves.append(Leaf(key, value, predecessor.next))
        self._leaves[before] = predecessor._replace(next=index)
        self._index[key] = index
        insort(self._sorted, key)
        self._stale.update((before, index))
        return index

    def update(self, index: int, value: bytes) -> None:
        """Replace the value of an existing leaf."""
        if len(value) != len(NO_VALUE):
            raise ValueError("values have 32 bytes")
        self._own()
        self._leaves[index] = self._leaves[index]._replace(value=value)
        self._stale.add(index)

    def write(self, key: bytes, value: bytes) -> int:
        """Update the leaf of `key` or append one; its index."""
        index = self._index.get(key)
        if index is None:
            return self.insert(key, value)
        self.update(index, value)
        return index

    def root(self) -> bytes:
        """The root hash."""
        self._hash_stale()
        return self._levels[DEPTH][0]

    def node(self, height: int, index: int) -> bytes:
        """Digest of the node with this number at this height."""
        self._hash_stale()
        level = self._levels[height]
        return level[index] if index < len(level) else EMPTY[height]

    def proof(self, index: int) -> Proof:
        """The leaf at `index` (used or not) with its siblings."""
        self._hash_stale()
        path: list[bytes] = []
        for height, level in enumerate(self._levels):
            place = index >> height
            if place == 0 and len(level) == 1:
                # Only empty subtrees are left beside the way up.
                return Proof(index, self.leaf(index), (*path, *EMPTY[height:DEPTH]))
            sibling = place ^ 1
            path.append(level[sibling] if sibling < len(level) else EMPTY[height])
        return Proof(index, self.leaf(index), tuple(path[:DEPTH]))

    def _own(self) -> None:
        """Stop sharing before a change, and forget what was said before it."""
        self.answers = {}
        if self._shared:
            self._leaves = self._leaves.copy()
            self._index = self._index.copy()
            self._sorted = self._sorted.copy()
            self._levels = [level.copy() for level in self._levels]
            self._shared = False

    def _hash_stale(self) -> None:
        """Bring the digests above changed leaves up to date."""
        if not self._stale:
            return
        stale = sorted(self._stale)
        self._stale = set()
        for index in stale:
            _place(self._levels[0], index, self._leaves[index].hash())
        for height in range(DEPTH):
            below = self._levels[height]
            above = self._levels[height + 1]
            if len(below) == 1:
                self._hash_top(height)
                return
            stale = sorted({index >> 1 for index in stale})
            for index in stale:
                left = below[2 * index]
                right = 2 * index + 1
                sibling = below[right] if right < len(below) else EMPTY[height]
                _place(above, index, hash_bytes(left + sibling))

    def _hash_top(self, height: int) -> None:
        """Redo the nodes above the only one at `height`."""
        node = self._levels[height][0]
        for above in range(height, DEPTH):
            node = hash_bytes(node + EMPTY[above])
            _place(self._levels[above + 1], 0, node)


def _place(level: list[bytes], index: int, digest: bytes) -> None:
    if index == len(level):
        level.append(digest)
    else:
        level[index] = digest
