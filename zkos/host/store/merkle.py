"""The tree over the leaves: looking up, writing, hashing, proving.

Guest language. Nodes over which nothing was ever written are 0.
"""

from typing import Final

from zkos.host.store.digests import hash_leaf, hash_pair
from zkos.host.store.keys import entry_not_above, find_entry, insert_entry, key_at
from zkos.host.store.layout import (
    COUNT,
    ENTRY_BYTES,
    ENTRY_NUMBER,
    EPOCH,
    HEIGHT,
    KEYS,
    LEAF_DIGEST,
    LEAF_ENTRY,
    LEAF_EPOCH,
    LEAF_NEXT,
    LEAF_SIZE,
    LEAF_STALE,
    LEAF_VALUE,
    NODE_BYTES,
    NODE_EPOCH,
    NODE_LEFT,
    NODE_RIGHT,
    NODE_STALE,
    ROOM,
    TOP,
    allocate,
    digest_at,
    empty,
    has_room,
)
from zkos.lang.control import inline, urange
from zkos.lang.ints import U32, U64
from zkos.lang.memory import ByteView, scratch

NO_INDEX: Final = U32(0xFFFFFFFF)
DEPTH: Final = U32(64)
PAIR: Final = U32(64)
"""Bytes of a key and a value."""


def index_of(memory: ByteView, handle: ByteView, key: ByteView) -> U32:
    """Index of the leaf with this key, or `NO_INDEX`."""
    entry = find_entry(memory, handle.load_u32(KEYS), key)
    return memory.load_u32(entry + ENTRY_NUMBER) if entry != 0 else NO_INDEX


def index_before(memory: ByteView, handle: ByteView, key: ByteView) -> U32:
    """Index of the leaf with the greatest key not above `key`."""
    entry = entry_not_above(memory, handle.load_u32(KEYS), key)
    return memory.load_u32(entry + ENTRY_NUMBER)


def leaf_at(memory: ByteView, handle: ByteView, index: U32) -> U32:
    """Where the leaf with an index below the count is."""
    height = handle.load_u32(HEIGHT)
    at = handle.load_u32(TOP)
    while height != 0:
        height = height - 1
        at = memory.load_u32(at + NODE_LEFT + ((index >> height & 1) << 2))
    return at


def value(memory: ByteView, handle: ByteView, key: ByteView, out: ByteView) -> bool:
    """Copy the value of the leaf with this key to `out`; whether there is one."""
    index = index_of(memory, handle, key)
    if index == NO_INDEX:
        return False
    at = leaf_at(memory, handle, index)
    out.copy_from(memory.window(at + LEAF_VALUE, 32))
    return True


def leaf(memory: ByteView, handle: ByteView, index: U32, out: ByteView) -> None:
    """Copy key, value and successor of a leaf to 72 bytes."""
    at = leaf_at(memory, handle, index)
    entry = memory.load_u32(at + LEAF_ENTRY)
    out.window(0, 32).copy_from(key_at(memory, entry))
    out.window(32, 32).copy_from(memory.window(at + LEAF_VALUE, 32))
    out.store_u64(64, U64(memory.load_u32(at + LEAF_NEXT)))


def pairs(memory: ByteView, handle: ByteView, out: ByteView) -> None:
    """Copy keys and values of all leaves by index."""
    for index in urange(handle.load_u32(COUNT)):
        at = leaf_at(memory, handle, index)
        entry = memory.load_u32(at + LEAF_ENTRY)
        out.window(index * 64, 32).copy_from(key_at(memory, entry))
        out.window(index * 64 + 32, 32).copy_from(memory.window(at + LEAF_VALUE, 32))


def write(memory: ByteView, handle: ByteView, written: ByteView, first: U32) -> U32:
    """Update or append leaves from pair `first` on, as long as there is room.

    The pair to go on with, or their number.
    """
    number = first
    while number * PAIR < written.length() and has_room(memory, ROOM):
        key = written.window(number * PAIR, 32)
        content = written.window(number * PAIR + 32, 32)
        index = index_of(memory, handle, key)
        if index == NO_INDEX:
            _append(memory, handle, key, content)
        else:
            at = _touch(memory, handle, index)
            memory.window(at + LEAF_VALUE, 32).copy_from(content)
        number = number + 1
    return number


def _append(
    memory: ByteView, handle: ByteView, key: ByteView, content: ByteView
) -> None:
    """Add a leaf for a new key."""
    count = handle.load_u32(COUNT)
    before = _touch(memory, handle, index_before(memory, handle, key))
    successor = memory.load_u32(before + LEAF_NEXT)
    memory.store_u32(before + LEAF_NEXT, count)
    entry = allocate(memory, ENTRY_BYTES)
    key_at(memory, entry).copy_from(key)
    memory.store_u32(entry + ENTRY_NUMBER, count)
    at = _touch(memory, handle, count)
    memory.window(at + LEAF_VALUE, 32).copy_from(content)
    memory.store_u32(at + LEAF_ENTRY, entry)
    memory.store_u32(at + LEAF_NEXT, successor)
    insert_entry(memory, handle, entry)
    handle.store_u32(COUNT, count + 1)


def _touch(memory: ByteView, handle: ByteView, index: U32) -> U32:
    """The leaf at an index, made or copied to be changed; all above it is stale."""
    epoch = handle.load_u32(EPOCH)
    height = handle.load_u32(HEIGHT)
    while index >> height != 0:
        top = _new_node(memory, epoch)
        memory.store_u32(top + NODE_LEFT, handle.load_u32(TOP))
        handle.store_u32(TOP, top)
        height = height + 1
        handle.store_u32(HEIGHT, height)
    at = _own(memory, handle.load_u32(TOP), height, epoch)
    handle.store_u32(TOP, at)
    while height != 0:
        height = height - 1
        link = at + NODE_LEFT + ((index >> height & 1) << 2)
        at = _own(memory, memory.load_u32(link), height, epoch)
        memory.store_u32(link, at)
    return at


@inline
def _own(memory: ByteView, at: U32, height: U32, epoch: U32) -> U32:
    """The node there, as one of this epoch, stale."""
    return _own_leaf(memory, at, epoch) if height == 0 else _own_node(memory, at, epoch)


def _own_node(memory: ByteView, at: U32, epoch: U32) -> U32:
    if at == 0:
        return _new_node(memory, epoch)
    mine = at
    if memory.load_u32(at + NODE_EPOCH) != epoch:
        mine = _new_node(memory, epoch)
        memory.store_u64(mine + NODE_LEFT, memory.load_u64(at + NODE_LEFT))
    memory.store_u32(mine + NODE_STALE, U32(1))
    return mine


def _new_node(memory: ByteView, epoch: U32) -> U32:
    at = allocate(memory, NODE_BYTES)
    memory.store_u64(at + NODE_LEFT, U64(0))
    memory.store_u32(at + NODE_EPOCH, epoch)
    memory.store_u32(at + NODE_STALE, U32(1))
    return at


def _own_leaf(memory: ByteView, at: U32, epoch: U32) -> U32:
    mine = at
    if at == 0 or memory.load_u32(at + LEAF_EPOCH) != epoch:
        mine = allocate(memory, LEAF_SIZE)
        if at != 0:
            memory.window(mine, LEAF_SIZE).copy_from(memory.window(at, LEAF_SIZE))
        memory.store_u32(mine + LEAF_EPOCH, epoch)
    memory.store_u32(mine + LEAF_STALE, U32(1))
    return mine


def hash_stale(memory: ByteView, handle: ByteView) -> None:
    """Make all digests that are to be made, children before parents."""
    way = scratch(U32, 34)
    height = handle.load_u32(HEIGHT)
    way[0] = handle.load_u32(TOP)
    if not _is_stale(memory, way[0], height):
        return
    depth = U32(0)
    while True:
        at = way[depth]
        below = height - depth
        if below == 0:
            _hash_leaf(memory, at)
        else:
            stale = _stale_child(memory, at, below - 1)
            if stale != 0:
                depth = depth + 1
                way[depth] = stale
                continue
            _hash_node(memory, at, below)
        if depth == 0:
            return
        depth = depth - 1


@inline
def _is_stale(memory: ByteView, at: U32, height: U32) -> bool:
    if at == 0:
        return False
    return memory.load_u32(at + (LEAF_STALE if height == 0 else NODE_STALE)) != 0


@inline
def _stale_child(memory: ByteView, at: U32, height: U32) -> U32:
    left = memory.load_u32(at + NODE_LEFT)
    if _is_stale(memory, left, height):
        return left
    right = memory.load_u32(at + NODE_RIGHT)
    return right if _is_stale(memory, right, height) else U32(0)


def _hash_leaf(memory: ByteView, at: U32) -> None:
    hash_leaf(
        key_at(memory, memory.load_u32(at + LEAF_ENTRY)),
        memory.window(at + LEAF_VALUE, 32),
        memory.load_u32(at + LEAF_NEXT),
        digest_at(memory, at + LEAF_DIGEST),
    )
    memory.store_u32(at + LEAF_STALE, U32(0))


def _hash_node(memory: ByteView, at: U32, height: U32) -> None:
    left = memory.load_u32(at + NODE_LEFT)
    right = memory.load_u32(at + NODE_RIGHT)
    hash_pair(
        _digest(memory, left, height - 1),
        _digest(memory, right, height - 1),
        digest_at(memory, at),
    )
    memory.store_u32(at + NODE_STALE, U32(0))


@inline
def _digest(memory: ByteView, at: U32, height: U32) -> ByteView:
    """The digest of a node, which may be 0."""
    return empty(memory, height) if at == 0 else digest_at(memory, at)


def climb(memory: ByteView, handle: ByteView, height: U32, out: ByteView) -> None:
    """Put the digest of node 0 at a height not below the tree's into `out`."""
    out.copy_from(digest_at(memory, handle.load_u32(TOP)))
    for level in urange(handle.load_u32(HEIGHT), height):
        hash_pair(out, empty(memory, level), out)


def root(memory: ByteView, handle: ByteView, out: ByteView) -> None:
    """Put the root hash into `out`."""
    hash_stale(memory, handle)
    climb(memory, handle, DEPTH, out)


def path(memory: ByteView, handle: ByteView, index: U64, out: ByteView) -> None:
    """Put the 64 siblings of a leaf into `out`, the one beside it first."""
    hash_stale(memory, handle)
    height = handle.load_u32(HEIGHT)
    inside = index >> height == 0
    for level in urange(DEPTH):
        sibling = out.window(level << 5, 32)
        if level >= height and index >> level == 1:
            climb(memory, handle, level, sibling)
        elif level >= height or not inside:
            sibling.copy_from(empty(memory, level))
    if not inside:
        return
    at = handle.load_u32(TOP)
    for level in urange(height):
        below = height - 1 - level
        side = U32.truncate(index >> below) & 1
        other = U32(0)
        if at != 0:
            other = memory.load_u32(at + NODE_LEFT + ((side ^ 1) << 2))
            at = memory.load_u32(at + NODE_LEFT + (side << 2))
        out.window(below << 5, 32).copy_from(_digest(memory, other, below))
