"""Keys of 32 bytes in order, as a binary trie over the bits in which they differ.

Guest language. A reference is a place divided by 16, with `ENTRY` set for the entry
of a key; a node has the number of a bit, the references of the keys without and with
it, and an epoch.
"""

from typing import Final

from zkos.host.store.layout import ENTRY_KEY, EPOCH, KEYS, allocate
from zkos.lang.control import inline, srange
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView

ENTRY: Final = U32(1 << 31)
BIT: Final = U32(0)
SIDES: Final = U32(4)
"""Two references."""
FORK_EPOCH: Final = U32(12)
FORK_BYTES: Final = U32(16)
SAME: Final = U32(256)
"""In place of the bit in which two keys differ."""


@inline
def bit_of(key: ByteView, bit: U32) -> U32:
    """A bit of a key, the most significant being number 0."""
    return U32(key[bit >> 3]) >> ((bit & 7) ^ 7) & 1


@inline
def place(reference: U32) -> U32:
    """Where it leads."""
    return (reference & 0x7FFFFFFF) << 4


@inline
def reference_to_entry(at: U32) -> U32:
    """The reference of the entry that lies there."""
    return at >> 4 | ENTRY


@inline
def key_at(memory: ByteView, entry: U32) -> ByteView:
    """The key of an entry."""
    return memory.window(entry + ENTRY_KEY, 32)


def differing_bit(x: ByteView, y: ByteView) -> U32:
    """The first bit in which two keys differ, or `SAME`."""
    for i in srange(4):
        difference = x.load_u64_be(8 * i) ^ y.load_u64_be(8 * i)
        if difference != 0:
            return U32(64 * i + 64) - difference.bit_length()
    return SAME


def nearest(memory: ByteView, root: U32, key: ByteView) -> U32:
    """An entry that differs from `key` as late as any; `root` is no 0."""
    reference = root
    while reference & ENTRY == 0:
        at = place(reference)
        side = bit_of(key, memory.load_u32(at + BIT))
        reference = memory.load_u32(at + SIDES + (side << 2))
    return place(reference)


def find_entry(memory: ByteView, root: U32, key: ByteView) -> U32:
    """The entry of this key, or 0."""
    if root == 0:
        return U32(0)
    entry = nearest(memory, root, key)
    return entry if key_at(memory, entry).equals(key) else U32(0)


def entry_not_above(memory: ByteView, root: U32, key: ByteView) -> U32:
    """The entry of the greatest key that is not above `key`; there is one."""
    entry = nearest(memory, root, key)
    bit = differing_bit(key_at(memory, entry), key)
    if bit == SAME:
        return entry
    lower = U32(0)
    reference = root
    while reference & ENTRY == 0:
        at = place(reference)
        mine = memory.load_u32(at + BIT)
        if mine > bit:
            break
        side = bit_of(key, mine)
        if side == 1:
            lower = memory.load_u32(at + SIDES)
        reference = memory.load_u32(at + SIDES + (side << 2))
    # Below here all keys lie on the same side of this one.
    if bit_of(key, bit) == 0:
        reference = lower
        assert reference != 0, "no key is below all"
    return _last(memory, reference)


def _last(memory: ByteView, start: U32) -> U32:
    """The entry of the greatest key below a reference."""
    reference = start
    while reference & ENTRY == 0:
        reference = memory.load_u32(place(reference) + SIDES + 4)
    return place(reference)


def insert_entry(memory: ByteView, handle: ByteView, entry: U32) -> None:
    """Add the key of an entry; it is new."""
    new = reference_to_entry(entry)
    root = handle.load_u32(KEYS)
    if root == 0:
        handle.store_u32(KEYS, new)
        return
    key = key_at(memory, entry)
    bit = differing_bit(key_at(memory, nearest(memory, root, key)), key)
    assert bit != SAME, "a key is inserted twice"
    epoch = handle.load_u32(EPOCH)
    above = U32(0)
    reference = root
    while reference & ENTRY == 0:
        at = place(reference)
        mine = memory.load_u32(at + BIT)
        if mine > bit:
            break
        if memory.load_u32(at + FORK_EPOCH) != epoch:
            at = fork(memory, mine, epoch)
            for i in srange(2):
                side = memory.load_u32(place(reference) + SIDES + 4 * i)
                memory.store_u32(at + SIDES + 4 * i, side)
            _link(memory, handle, above, at >> 4)
        above = at + SIDES + (bit_of(key, mine) << 2)
        reference = memory.load_u32(above)
    made = fork(memory, bit, epoch)
    side = bit_of(key, bit)
    memory.store_u32(made + SIDES + (side << 2), new)
    memory.store_u32(made + SIDES + ((side ^ 1) << 2), reference)
    _link(memory, handle, above, made >> 4)


@inline
def fork(memory: ByteView, bit: U32, epoch: U32) -> U32:
    """A node for a bit, its sides still to be set."""
    at = allocate(memory, FORK_BYTES)
    memory.store_u32(at + BIT, bit)
    memory.store_u32(at + FORK_EPOCH, epoch)
    return at


@inline
def _link(memory: ByteView, handle: ByteView, above: U32, reference: U32) -> None:
    """Store a reference where it belongs; `above` is 0 for the handle."""
    if above == 0:
        handle.store_u32(KEYS, reference)
    else:
        memory.store_u32(above, reference)
