"""The state tree as the host keeps it: all leaves, their order, all inner hashes.

A binary Merkle tree of depth 64 whose leaves form a list sorted by key (state spec
9). The guest sees it only through the oracle, which serves `proof`, `index_of`
and `previous_index` from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final, NamedTuple, Self, TypeVar

from zkos.host.layered import SMALL, LayeredDict, LayeredKeys, is_small

_T = TypeVar("_T")

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
        key, value, link = self
        return blake2s(key + value + link.to_bytes(8, "little")).digest()


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

    Forks share everything, and after a change nearly everything: what changed lies in
    `_changed` and `_nodes`, before the lists that forks hold together.
    """

    def __init__(self) -> None:
        self._leaves = [Leaf(LOWEST_KEY, NO_VALUE, 1), Leaf(HIGHEST_KEY, NO_VALUE, 1)]
        self._index = LayeredDict([(LOWEST_KEY, 0), (HIGHEST_KEY, 1)])
        self._sorted = LayeredKeys([LOWEST_KEY, HIGHEST_KEY])
        # Digests from the left, a list per height; nodes to the right are EMPTY.
        self._levels: list[list[bytes]] = [[] for _ in range(DEPTH + 1)]
        self._changed: dict[int, Leaf] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}
        """By height and number, what replaces or continues `_levels`."""
        self._count = 2
        self._stale = {0, 1}
        self._lists_shared = self._changes_shared = False
        self.answers: dict[tuple[int, bytes], bytes] = {}
        """What an oracle said about the tree as it is, to be said again."""

    @classmethod
    def from_leaves(cls, leaves: Iterable[tuple[bytes, bytes]]) -> Self:
        """The tree in which these keys and values were inserted in this order.

        ValueError as of `insert`.
        """
        tree = cls()
        pairs = [(LOWEST_KEY, NO_VALUE), (HIGHEST_KEY, NO_VALUE), *leaves]
        index: dict[bytes, int] = {}
        for key, value in pairs:
            if key in index:
                raise _known(key)
            _check_lengths(key, value)
            index[key] = len(index)
        order = sorted(index)
        follower = dict(zip(order, (index[key] for key in order[1:]), strict=False))
        follower[HIGHEST_KEY] = 1
        tree._leaves = [Leaf(key, value, follower[key]) for key, value in pairs]
        tree._index = LayeredDict(index.items())
        tree._sorted = LayeredKeys(order)
        tree._count = len(pairs)
        tree._stale = set(range(len(pairs)))
        return tree

    def fork(self) -> "StateTree":
        """An independent tree of the same content."""
        self._hash_stale()
        twin = StateTree.__new__(StateTree)
        twin._leaves = self._leaves
        twin._index = self._index.fork()
        twin._sorted = self._sorted.fork()
        twin._levels = self._levels
        twin._changed = self._changed
        twin._nodes = self._nodes
        twin._count = self._count
        twin._stale = set()
        twin.answers = self.answers
        self._lists_shared = self._changes_shared = True
        twin._lists_shared = twin._changes_shared = True
        return twin

    @property
    def next_free_slot(self) -> int:
        """Number of leaves, guards included."""
        return self._count

    def leaf(self, index: int) -> Leaf:
        """The leaf at `index`; the empty one where nothing was inserted."""
        changed = self._changed.get(index)
        if changed is not None:
            return changed
        return self._leaves[index] if index < len(self._leaves) else EMPTY_LEAF

    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves by index."""
        return tuple(map(self.leaf, range(self._count)))

    def index_of(self, key: bytes) -> int | None:
        """Index of the leaf with this key, if there is one."""
        return self._index.get(key)

    def previous_index(self, key: bytes) -> int:
        """Index of the leaf with the greatest key not above `key`."""
        return self._index[self._sorted.not_above(key)]

    def value(self, key: bytes) -> bytes | None:
        """Value of the leaf with this key, if there is one."""
        index = self._index.get(key)
        return None if index is None else self.leaf(index).value

    def insert(self, key: bytes, value: bytes) -> int:
        """Append a leaf for an absent key; its index. ValueError if it exists."""
        if key in self._index:
            raise _known(key)
        _check_lengths(key, value)
        self._own()
        index = self._count
        before = self.previous_index(key)
        predecessor = self.leaf(before)
        self._count = index + 1
        self._put_leaf(index, Leaf(key, value, predecessor.next))
        self._put_leaf(before, Leaf(predecessor.key, predecessor.value, index))
        self._index.add(key, index)
        self._sorted.add(key)
        return index

    def update(self, index: int, value: bytes) -> None:
        """Replace the value of an existing leaf."""
        known = self.leaf(index)
        _check_lengths(known.key, value)
        self._own()
        self._put_leaf(index, Leaf(known.key, value, known.next))

    def write(self, key: bytes, value: bytes) -> int:
        """Update the leaf of `key` or append one; its index."""
        index = self._index.get(key)
        if index is None:
            return self.insert(key, value)
        self.update(index, value)
        return index

    def root(self) -> bytes:
        """The root hash."""
        return self.node(DEPTH, 0)

    def node(self, height: int, index: int) -> bytes:
        """Digest of the node with this number at this height."""
        self._hash_stale()
        return self._known_node(height, index)

    def proof(self, index: int) -> Proof:
        """The leaf at `index` (used or not) with its siblings."""
        self._hash_stale()
        path: list[bytes] = []
        for height in range(DEPTH):
            place = index >> height
            if place == 0 and self._width(height) == 1:
                # Only empty subtrees are left beside the way up.
                path += EMPTY[height:DEPTH]
                break
            path.append(self._known_node(height, place ^ 1))
        return Proof(index, self.leaf(index), tuple(path))

    def _width(self, height: int) -> int:
        """Nodes at this height that are above leaves."""
        return (self._count + (1 << height) - 1) >> height

    def _known_node(self, height: int, index: int) -> bytes:
        changed = self._nodes.get((height, index)) if self._nodes else None
        if changed is not None:
            return changed
        level = self._levels[height]
        return level[index] if index < len(level) else EMPTY[height]

    def _put_leaf(self, index: int, leaf: Leaf) -> None:
        self._stale.add(index)
        if self._lists_shared:
            self._changed[index] = leaf
        else:
            _place(self._leaves, index, leaf)

    def _put_node(self, height: int, index: int, digest: bytes) -> None:
        if self._lists_shared:
            self._nodes[height, index] = digest
        else:
            _place(self._levels[height], index, digest)

    def _own(self) -> None:
        """Stop sharing before a change, and forget what was said before it."""
        self.answers = {}
        if not self._changes_shared:
            return
        self._changes_shared = False
        if self._count > SMALL and is_small(len(self._nodes), self._count):
            self._changed = self._changed.copy()
            self._nodes = self._nodes.copy()
            return
        self._leaves = self._leaves.copy()
        for index in sorted(self._changed):
            _place(self._leaves, index, self._changed[index])
        self._levels = [level.copy() for level in self._levels]
        for height, index in sorted(self._nodes):
            _place(self._levels[height], index, self._nodes[height, index])
        self._changed, self._nodes = {}, {}
        self._lists_shared = False

    def _hash_stale(self) -> None:
        """Bring the digests above changed leaves up to date."""
        if not self._stale:
            return
        stale = sorted(self._stale)
        self._stale = set()
        if not self._levels[0]:
            self._hash_all()
        elif self._lists_shared:
            self._hash_nodes(stale)
        else:
            self._hash_lists(stale)

    def _hash_all(self) -> None:
        """Hash a tree of which nothing is hashed yet."""
        level = [leaf.hash() for leaf in self._leaves]
        self._levels[0] = level
        for height in range(DEPTH):
            if len(level) == 1:
                self._hash_top(height)
                return
            if len(level) & 1:
                level = [*level, EMPTY[height]]
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [blake2s(left + right).digest() for left, right in pairs]
            self._levels[height + 1] = level

    def _hash_lists(self, stale: list[int]) -> None:
        """The same where the lists are our own."""
        level = self._levels[0]
        for index in stale:
            _place(level, index, self._leaves[index].hash())
        for height in range(DEPTH):
            below = self._levels[height]
            if len(below) == 1:
                self._hash_top(height)
                return
            above = self._levels[height + 1]
            stale = sorted({index >> 1 for index in stale})
            for index in stale:
                right = 2 * index + 1
                sibling = below[right] if right < len(below) else EMPTY[height]
                _place(above, index, hash_bytes(below[2 * index] + sibling))

    def _hash_nodes(self, stale: list[int]) -> None:
        """The same where forks hold the lists too."""
        for index in stale:
            self._put_node(0, index, self.leaf(index).hash())
        for height in range(DEPTH):
            if self._width(height) == 1:
                self._hash_top(height)
                return
            stale = sorted({index >> 1 for index in stale})
            for index in stale:
                left = self._known_node(height, 2 * index)
                right = self._known_node(height, 2 * index + 1)
                self._put_node(height + 1, index, hash_bytes(left + right))

    def _hash_top(self, height: int) -> None:
        """Redo the nodes above the only one at `height`."""
        node = self._known_node(height, 0)
        for above in range(height, DEPTH):
            node = blake2s(node + EMPTY[above]).digest()
            self._put_node(above + 1, 0, node)


def _check_lengths(key: bytes, value: bytes) -> None:
    if len(key) != len(LOWEST_KEY) or len(value) != len(NO_VALUE):
        raise ValueError("keys and values have 32 bytes")


def _known(key: bytes) -> ValueError:
    return ValueError(f"key {key.hex()} is in the tree already")


def _place(items: list[_T], index: int, item: _T) -> None:
    if index == len(items):
        items.append(item)
    else:
        items[index] = item
