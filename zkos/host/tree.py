"""The state tree as the host keeps it: all leaves, their order, all inner hashes.

A binary Merkle tree of depth 64 whose leaves form a list sorted by key (state spec
9). The guest sees it only through the oracle, which serves `proof`, `index_of`
and `previous_index` from here. It lies in flat memory (`zkos.host.store`); what was
written since the last look is kept aside until the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2s
from itertools import chain
from typing import Final, NamedTuple, Self

from zkos.host.store.library import Store, store
from zkos.host.store.memory import Buffer, StoreMemory, Version

DEPTH: Final = 64
LOWEST_KEY: Final = bytes(32)
HIGHEST_KEY: Final = b"\xff" * 32
NO_VALUE: Final = bytes(32)
_GUARDS: Final = {LOWEST_KEY: NO_VALUE, HIGHEST_KEY: NO_VALUE}
_GENESIS: Final = len(_GUARDS)
_KEY_BYTES: Final = 32
_LENGTHS: Final = "keys and values have 32 bytes"
_NO_INDEX: Final = (1 << 32) - 1
_LEAF_ROOM: Final = 192
"""Bytes that a leaf takes with its part of the nodes."""
_WORK_BYTES: Final = 32
_WASTE: Final = 8
"""How many times what a tree needs its memory may hold before it is made anew."""
_SMALL: Final = 1 << 20


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


_key: Final = Buffer(32)
_value: Final = Buffer(32)
_leaf: Final = Buffer(72)
_path: Final = Buffer(32 * DEPTH)


class StateTree:
    """All leaves of the state, from genesis: only the two guards.

    Forks share everything, and after a change all but the ways to what changed.
    """

    __slots__ = (
        "_count",
        "_is_genesis",
        "_only_new",
        "_root",
        "_version",
        "_written",
        "answers",
    )

    def __init__(self) -> None:
        memory, handle = _genesis(store())
        self._version = Version(StoreMemory(content=memory), handle)
        self._written: dict[bytes, bytes] = {}
        """Values by keys in the order of the first writing, not in `_version` yet."""
        self._count = _GENESIS
        """Leaves in `_version`."""
        self._is_genesis = True
        """Whether `_version` is what every tree begins with."""
        self._only_new = True
        """Whether all that was written is known to be no update."""
        self._root: bytes | None = None
        self.answers: dict[tuple[int, bytes], bytes] = {}
        """What an oracle said about the tree as it is, to be said again."""

    @classmethod
    def from_leaves(cls, leaves: Iterable[tuple[bytes, bytes]]) -> Self:
        """The tree in which these keys and values were inserted in this order.

        ValueError as of `insert`.
        """
        tree = cls()
        written = tree._written
        for key, value in leaves:
            if key in written or key in _GUARDS:
                raise _known(key)
            _check_lengths(key, value)
            written[key] = value
        return tree

    def fork(self) -> "StateTree":
        """An independent tree of the same content."""
        self._settle()
        twin = StateTree.__new__(StateTree)
        twin._version = self._version.fork()
        twin._written = {}
        twin._count, twin._only_new = self._count, True
        twin._is_genesis = self._is_genesis
        twin._root = self._root
        twin.answers = self.answers
        return twin

    @property
    def next_free_slot(self) -> int:
        """Number of leaves, guards included."""
        if not self._only_new:
            self._settle()
        return self._count + len(self._written)

    def leaf(self, index: int) -> Leaf:
        """The leaf at `index`; the empty one where nothing was inserted."""
        self._settle()
        version = self._version
        if index >= self._count:
            return EMPTY_LEAF
        store().leaf(version.memory.view, version.view, index, _leaf.view)
        data = bytes(_leaf.data)
        return Leaf(data[:32], data[32:64], int.from_bytes(data[64:], "little"))

    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves by index."""
        return tuple(map(self.leaf, range(self.next_free_slot)))

    def index_of(self, key: bytes) -> int | None:
        """Index of the leaf with this key, if there is one."""
        self._settle()
        _key.data[:] = key
        version = self._version
        found = store().index_of(version.memory.view, version.view, _key.view)
        return None if found == _NO_INDEX else found

    def previous_index(self, key: bytes) -> int:
        """Index of the leaf with the greatest key not above `key`."""
        self._settle()
        _key.data[:] = key
        version = self._version
        return store().index_before(version.memory.view, version.view, _key.view)

    def value(self, key: bytes) -> bytes | None:
        """Value of the leaf with this key, if there is one."""
        written = self._written.get(key)
        if written is not None:
            return written
        if self._is_genesis:
            return _GUARDS.get(key)
        _key.data[:] = key
        version = self._version
        known = store().value(version.memory.view, version.view, _key.view, _value.view)
        return bytes(_value.data) if known & 1 else None

    def insert(self, key: bytes, value: bytes) -> int:
        """Append a leaf for an absent key; its index. ValueError if it exists."""
        _check_lengths(key, value)
        if self.value(key) is not None:
            raise _known(key)
        index = self.next_free_slot
        self._note(key, value)
        return index

    def update(self, index: int, value: bytes) -> None:
        """Replace the value of an existing leaf."""
        self.write(self.leaf(index).key, value)

    def write(self, key: bytes, value: bytes) -> None:
        """Update the leaf of `key` or append one."""
        if len(key) != _KEY_BYTES or len(value) != _KEY_BYTES:
            raise ValueError(_LENGTHS)
        if not self._is_genesis or key in _GUARDS:
            self._only_new = False
        self._note(key, value)

    def _note(self, key: bytes, value: bytes) -> None:
        # What was said is no longer so; forks may hold it, so it is not cleared.
        self._root, self.answers = None, {}
        self._written[key] = value

    def root(self) -> bytes:
        """The root hash."""
        self._settle()
        if self._root is None:
            version = self._version
            store().root(version.memory.view, version.view, _value.view)
            self._root = bytes(_value.data)
        return self._root

    def proof(self, index: int) -> Proof:
        """The leaf at `index` (used or not) with its siblings."""
        leaf = self.leaf(index)
        version = self._version
        store().path(version.memory.view, version.view, index, _path.view)
        path = bytes(_path.data)
        siblings = (path[at : at + 32] for at in range(0, len(path), 32))
        return Proof(index, leaf, tuple(siblings))

    def settled(self) -> Version:
        """The tree in memory, with all that was written."""
        self._settle()
        return self._version

    def _settle(self) -> None:
        """Bring what was written into the tree."""
        if not self._written:
            return
        pairs, self._written = self._written, {}
        if self._is_genesis:
            guards = {key: pairs.pop(key, value) for key, value in _GUARDS.items()}
            self._version = _built(_joined({**guards, **pairs}))
        else:
            self._write(Buffer.of(_joined(pairs)), len(pairs))
        self._count, self._only_new = self._version.count, True
        self._is_genesis = False

    def _write(self, pairs: Buffer, count: int) -> None:
        version, done = self._version, 0
        memory = version.memory
        while True:
            done = store().write(memory.view, version.view, pairs.view, done)
            if done == count:
                break
            memory.grow()
        needed = _LEAF_ROOM * version.count + _SMALL
        if memory.used > _WASTE * needed:
            self._version = _built(_pairs_of(version))


def _joined(pairs: dict[bytes, bytes]) -> bytes:
    return b"".join(chain.from_iterable(pairs.items()))


def _built(pairs: bytes) -> Version:
    """A tree of these keys and values in a memory of its own."""
    content = Buffer.of(pairs)
    count = len(pairs) // 64
    memory = StoreMemory(_LEAF_ROOM * count + (1 << 14))
    version = Version(memory)
    work = Buffer(_WORK_BYTES * count)
    store().build(memory.view, version.view, content.view, work.view)
    return version


def _pairs_of(version: Version) -> bytes:
    """Keys and values by index."""
    content = Buffer(64 * version.count)
    store().pairs(version.memory.view, version.view, content.view)
    return bytes(content.data)


@lru_cache(maxsize=1)
def _genesis(_: Store) -> tuple[bytes, bytes]:
    """Memory and handle of the tree of the guards."""
    version = _built(_joined(_GUARDS))
    return bytes(version.memory.data[: version.memory.used]), bytes(version.data)


def _check_lengths(key: bytes, value: bytes) -> None:
    if len(key) != _KEY_BYTES or len(value) != _KEY_BYTES:
        raise ValueError(_LENGTHS)


def _known(key: bytes) -> ValueError:
    return ValueError(f"key {key.hex()} is in the tree already")
