"""Leaves of the state tree with their proofs, and the arithmetic of their hashes.

Keys, values and digests stay the words in which the oracle sends them, that is in
memory order: they are compared and hashed, never turned into numbers. `tree` decides
what is loaded and written.
"""

from typing import Final

from zkos.guest.crypto.blake2s import (
    CONTROL_NODE_IS_RIGHT,
    CONTROL_PAIR,
    IV,
    LAST,
    NOT_LAST,
    compress,
    compress_pair,
    delegate,
    start,
)
from zkos.guest.protocol.queries import PROOF_WORDS, QUERY_PROOF
from zkos.guest.system.oracle import ask, expect_words, read_u64
from zkos.lang.control import inline, srange, urange
from zkos.lang.intrinsics import DELEGATED, oracle_read, oracle_write
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import Array, aligned_array, allocate_bytes

HEIGHT: Final = U32(64)
BODY_BYTES: Final = U32(64)
LEAF_BYTES: Final = U32(72)
STATE_WORDS: Final = 24
"""A digest in words 0..7 and the work space of the delegation after it."""


class Leaf:
    """A leaf; while the tree is folded, the highest known node above it."""

    index: U64
    """Number of the leaf, later that of the node at the current height."""
    body: Array[U32]
    """8 words of key, 8 words of value."""
    next: U64
    """Index of the leaf with the next higher key."""
    path: Array[U32]
    """Siblings from the leaf upwards, 8 words each; none for an inserted leaf."""
    inserted: bool
    """Not in the tree before the block."""
    changed: bool
    before: Array[U32]
    """Digest in the old tree; for inserted leaves unused."""
    after: Array[U32]
    """Digest in the new tree, if `changed`."""
    twin: U32
    """1 + position of an earlier leaf whose key starts with the same 8 bytes, or 0."""

    def __init__(self, index: U64, path: Array[U32]) -> None:
        self.index = index
        self.body = Array(U32, 16)
        self.next = U64(0)
        self.path = path
        self.inserted = False
        self.changed = False
        self.before = aligned_array(U32, STATE_WORDS)
        self.after = self.before
        self.twin = U32(0)

    def set_value(self, value: U256) -> None:
        """Replace the value."""
        body = self.body
        for i in srange(8):
            body[8 + i] = value.word(7 - i).byte_swap()

    def has_value(self, value: U256) -> bool:
        """Whether the value is this number."""
        body = self.body
        for i in srange(8):
            if body[8 + i] != value.word(7 - i).byte_swap():
                return False
        return True

    def mark_changed(self) -> None:
        """Give the leaf a place for its digest in the new tree."""
        if not self.changed:
            self.changed = True
            self.after = aligned_array(U32, STATE_WORDS)


def read_proof(index: U64, kept: U32, upper: Array[U32], first: bool) -> Leaf:
    """Ask for the leaf `index` and keep the lowest `kept` siblings of its path.

    The siblings above go to `upper` if this is the first leaf, else nowhere.
    """
    ask(QUERY_PROOF, U32(2))
    oracle_write(index.word(0))
    oracle_write(index.word(1))
    expect_words(PROOF_WORDS)
    assert read_u64() == index, "the proof is for another leaf"

    path = Array(U32, kept * 8)
    leaf = Leaf(index, path)
    body = leaf.body
    for i in srange(16):
        body[i] = oracle_read()
    leaf.next = read_u64()
    read_digests(path, kept)
    if first:
        read_digests(upper, HEIGHT - kept)
    else:
        for _height in urange(HEIGHT - kept):
            for _word in srange(8):
                oracle_read()
    return leaf


def read_digests(digests: Array[U32], count: U32) -> None:
    """Fill the array with 8 words each of an answer."""
    assert digests.length() == count * 8, "8 words a digest"
    offset = U32(0)
    for _number in urange(count):
        for i in srange(8):
            digests[offset + i] = oracle_read()
        offset = offset + 8


def precedes(x: Array[U32], y: Array[U32]) -> bool:
    """Whether the 32 bytes at the start of `x` sort before those of `y`."""
    assert x.length() >= 8, "a key has 8 words"
    assert y.length() >= 8, "a key has 8 words"
    for i in srange(8):
        if x[i] != y[i]:
            return x[i].byte_swap() < y[i].byte_swap()
    return False


def same(x: Array[U32], y: Array[U32]) -> bool:
    """Whether the first 32 bytes are equal."""
    assert x.length() >= 8, "a digest has 8 words"
    assert y.length() >= 8, "a digest has 8 words"
    for i in srange(8):
        if x[i] != y[i]:
            return False
    return True


def words_of(number: U256) -> Array[U32]:
    """The 32 bytes that this number spells, as words in memory order."""
    words = Array(U32, 8)
    for i in srange(8):
        words[i] = number.word(7 - i).byte_swap()
    return words


def number_of(words: Array[U32]) -> U256:
    """The number that 8 words in memory order spell."""
    data = allocate_bytes(32)
    for i in srange(8):
        data.store_u32(4 * i, words[i])
    return data.load_u256_be(0)


def copy_digest(source: Array[U32], offset: U32, target: Array[U32]) -> None:
    """Copy 8 words from `offset` to the start of `target`."""
    assert target.length() >= 8, "a digest has 8 words"
    for i in srange(8):
        target[i] = source[offset + i]


def hash_leaf(
    body: Array[U32], successor: U64, tail: Array[U32], out: Array[U32]
) -> None:
    """Put the digest of a leaf into `out`.

    `tail` has 16 words, of which all but the first two are and stay 0.
    """
    tail[0] = successor.word(0)
    tail[1] = successor.word(1)
    start(out)
    if DELEGATED:
        out[20] = IV[4] ^ BODY_BYTES
        out[22] = IV[6] ^ NOT_LAST
        delegate(out, body, U32(0))
        out[20] = IV[4] ^ LEAF_BYTES
        out[22] = IV[6] ^ LAST
        delegate(out, tail, U32(0))
    else:
        compress(out, body, BODY_BYTES, NOT_LAST)
        compress(out, tail, LEAF_BYTES, LAST)


def key_prefix(key: Array[U32]) -> U64:
    """The first 8 bytes of a key, for look-ups only."""
    return U64(key[0]) << 32 | U64(key[1])


@inline
def fold(node: Array[U32], sibling: Array[U32], node_is_right: bool) -> None:
    """Replace the digest in `node` by its parent's.

    `node` is an `aligned_array` of 24 words, `sibling` another array of 16 or more.
    """
    if DELEGATED:
        side = CONTROL_NODE_IS_RIGHT if node_is_right else U32(0)
        delegate(node, sibling, CONTROL_PAIR | side)
    elif node_is_right:
        compress_pair(sibling, node, node)
    else:
        compress_pair(node, sibling, node)
