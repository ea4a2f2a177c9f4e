"""A tree of many leaves at once: sorted, linked and hashed level by level.

Guest language.
"""

from typing import Final

from zkos.host.store.digests import hash_leaf, hash_pair
from zkos.host.store.keys import (
    BIT,
    SAME,
    SIDES,
    differing_bit,
    fork,
    key_at,
    reference_to_entry,
)
from zkos.host.store.layout import (
    COUNT,
    ENTRY_BYTES,
    ENTRY_NUMBER,
    EPOCH,
    HEIGHT,
    KEYS,
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
    TOP,
    allocate,
    digest_at,
    empty,
)
from zkos.lang.control import inline, urange
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView, scratch

ITEM: Final = U32(16)
"""Bytes of an item to sort: the first 8 of its key as a number, its index."""


def build(memory: ByteView, handle: ByteView, pairs: ByteView, work: ByteView) -> None:
    """Make the tree of these different keys with values, at least the two guards.

    `work` has two items for each. All is allocated without further tests of room.
    """
    count = pairs.length() >> 6
    entries = allocate(memory, count * ENTRY_BYTES)
    for index in urange(count):
        key = pairs.window(index << 6, 32)
        entry = entries + index * ENTRY_BYTES
        key_at(memory, entry).copy_from(key)
        memory.store_u32(entry + ENTRY_NUMBER, index)
        work.store_u64(index * ITEM, key.load_u64_be(0))
        work.store_u32(index * ITEM + 8, index)
    order = _sort(memory, entries, count, work)
    handle.store_u32(COUNT, count)
    handle.store_u32(KEYS, _index(memory, handle, entries, order))
    _grow(memory, handle, _leaves(memory, handle, pairs, entries, order), count)


@inline
def _entry(entries: U32, order: ByteView, position: U32) -> U32:
    return entries + order.load_u32(position * ITEM + 8) * ENTRY_BYTES


def _sort(memory: ByteView, entries: U32, count: U32, work: ByteView) -> ByteView:
    """Merge longer and longer runs of items to and fro between the halves of `work`."""
    source = work.window(0, count * ITEM)
    target = work.window(count * ITEM, count * ITEM)
    run = U32(1)
    while run < count:
        start = U32(0)
        while start < count:
            middle = _least(start + run, count)
            end = _least(middle + run, count)
            _merge(memory, entries, source, target, start, middle, end)
            start = end
        done = target
        target = source
        source = done
        run = run << 1
    return source


@inline
def _least(x: U32, y: U32) -> U32:
    return x if x < y else y


def _merge(
    memory: ByteView,
    entries: U32,
    source: ByteView,
    target: ByteView,
    start: U32,
    middle: U32,
    end: U32,
) -> None:
    """Two sorted runs into one."""
    left = start
    right = middle
    for position in urange(start, end):
        take_left = right == end
        if left != middle and right != end:
            take_left = _precedes(memory, entries, source, left, right)
        chosen = left if take_left else right
        left = left + (U32(1) if take_left else U32(0))
        right = right + (U32(0) if take_left else U32(1))
        item = source.window(chosen * ITEM, ITEM)
        target.store_u64(position * ITEM, item.load_u64(0))
        target.store_u64(position * ITEM + 8, item.load_u64(8))


@inline
def _precedes(
    memory: ByteView, entries: U32, items: ByteView, left: U32, right: U32
) -> bool:
    x = items.load_u64(left * ITEM)
    y = items.load_u64(right * ITEM)
    if x != y:
        return x < y
    key = key_at(memory, _entry(entries, items, left)).load_u256_be(0)
    return key < key_at(memory, _entry(entries, items, right)).load_u256_be(0)


def _index(memory: ByteView, handle: ByteView, entries: U32, order: ByteView) -> U32:
    """Reference to the keys in this order."""
    way = scratch(U32, 256)
    depth = U32(0)
    epoch = handle.load_u32(EPOCH)
    before = _entry(entries, order, U32(0))
    for position in urange(U32(1), order.length() >> 4):
        entry = _entry(entries, order, position)
        bit = differing_bit(key_at(memory, before), key_at(memory, entry))
        assert bit != SAME, "a key is there twice"
        below = reference_to_entry(before)
        while depth != 0 and memory.load_u32(way[depth - 1] + BIT) > bit:
            depth = depth - 1
            below = way[depth] >> 4
        made = fork(memory, bit, epoch)
        memory.store_u32(made + SIDES, below)
        memory.store_u32(made + SIDES + 4, reference_to_entry(entry))
        if depth != 0:
            memory.store_u32(way[depth - 1] + SIDES + 4, made >> 4)
        way[depth] = made
        depth = depth + 1
        before = entry
    return way[0] >> 4


def _leaves(
    memory: ByteView, handle: ByteView, pairs: ByteView, entries: U32, order: ByteView
) -> U32:
    """All leaves with their digests, one after another; where they begin."""
    count = pairs.length() >> 6
    first = allocate(memory, count * LEAF_SIZE)
    epoch = handle.load_u32(EPOCH)
    for position in urange(count):
        # The last one is followed by itself.
        after = position + 1 if position + 1 < count else position
        index = order.load_u32(position * ITEM + 8)
        at = first + index * LEAF_SIZE
        memory.store_u32(at + LEAF_NEXT, order.load_u32(after * ITEM + 8))
    for index in urange(count):
        at = first + index * LEAF_SIZE
        entry = entries + index * ENTRY_BYTES
        content = memory.window(at + LEAF_VALUE, 32)
        content.copy_from(pairs.window((index << 6) + 32, 32))
        memory.store_u32(at + LEAF_ENTRY, entry)
        memory.store_u32(at + LEAF_EPOCH, epoch)
        memory.store_u32(at + LEAF_STALE, U32(0))
        successor = memory.load_u32(at + LEAF_NEXT)
        hash_leaf(key_at(memory, entry), content, successor, digest_at(memory, at))
    return first


def _grow(memory: ByteView, handle: ByteView, leaves: U32, count: U32) -> None:
    """The nodes above them."""
    epoch = handle.load_u32(EPOCH)
    below = leaves
    stride = LEAF_SIZE
    width = count
    height = U32(0)
    while width != 1:
        above = allocate(memory, (width + 1 >> 1) * NODE_BYTES)
        for number in urange(width + 1 >> 1):
            at = above + number * NODE_BYTES
            left = below + (number << 1) * stride
            right = left + stride
            if (number << 1) + 1 == width:
                right = U32(0)
            sibling = empty(memory, height) if right == 0 else digest_at(memory, right)
            hash_pair(digest_at(memory, left), sibling, digest_at(memory, at))
            memory.store_u32(at + NODE_LEFT, left)
            memory.store_u32(at + NODE_RIGHT, right)
            memory.store_u32(at + NODE_EPOCH, epoch)
            memory.store_u32(at + NODE_STALE, U32(0))
        below = above
        stride = NODE_BYTES
        width = width + 1 >> 1
        height = height + 1
    handle.store_u32(TOP, below)
    handle.store_u32(HEIGHT, height)
