"""Where things lie in the memory of a store, and in the handle of a version of it.

Guest language. A memory holds the objects of all versions of a state; objects are
only added. A version is a handle of a few words. What has the epoch of a version is
seen by no other, so it may change in place; all else is copied before a change.
"""

from typing import Final

from zkos.lang.control import inline
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView
from zkos.lang.trap import trap

HANDLE_BYTES: Final = U32(32)
TOP: Final = U32(0)
"""Of a handle: the node above all leaves; 0 before there is one."""
HEIGHT: Final = U32(4)
"""How far it is above them."""
KEYS: Final = U32(8)
"""Reference to all keys in order, see `keys`; 0 before there is one."""
COUNT: Final = U32(12)
"""Number of leaves or entries."""
EPOCH: Final = U32(16)

USED: Final = U32(0)
"""Of a memory: bytes in use."""
EMPTY: Final = U32(64)
"""Digests of unused subtrees of heights 0 to 64."""
START: Final = U32(64 + 65 * 32)
"""Where objects begin; all are at multiples of 16."""

ENTRY_KEY: Final = U32(0)
ENTRY_NUMBER: Final = U32(32)
"""Index of the leaf, or length in bytes of what follows the entry."""
ENTRY_BYTES: Final = U32(48)

NODE_DIGEST: Final = U32(0)
NODE_LEFT: Final = U32(32)
NODE_RIGHT: Final = U32(36)
NODE_EPOCH: Final = U32(40)
NODE_STALE: Final = U32(44)
"""Whether the digest has to be made anew."""
NODE_BYTES: Final = U32(48)

LEAF_DIGEST: Final = U32(0)
LEAF_VALUE: Final = U32(32)
LEAF_ENTRY: Final = U32(64)
"""Where its key is."""
LEAF_NEXT: Final = U32(68)
"""Index of its successor."""
LEAF_EPOCH: Final = U32(72)
LEAF_STALE: Final = U32(76)
LEAF_SIZE: Final = U32(80)

ROOM: Final = U32(1 << 13)
"""No single write takes more."""


@inline
def allocate(memory: ByteView, size: U32) -> U32:
    """Where `size` more bytes are, a multiple of 16."""
    at = memory.load_u32(USED)
    if size > memory.length() or at > memory.length() - size:
        trap("the memory of a store is full")
    memory.store_u32(USED, at + size)
    return at


@inline
def has_room(memory: ByteView, size: U32) -> bool:
    """Whether so much can still be allocated."""
    left = memory.length() - memory.load_u32(USED)
    return left >= size


@inline
def digest_at(memory: ByteView, at: U32) -> ByteView:
    """The 32 bytes there."""
    return memory.window(at, 32)


@inline
def empty(memory: ByteView, height: U32) -> ByteView:
    """The digest of an unused subtree."""
    return memory.window(EMPTY + (height << 5), 32)
