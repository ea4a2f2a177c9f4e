"""BLAKE2s-256 without key (RFC 7693): bytes, words, and the levels of a hash tree.

Where the machine has the delegation of machine spec 4.1, a round is one instruction;
elsewhere the rounds below run on scratch arrays that are only indexed by literals.
"""

from typing import Final

from zkos.lang.control import inline, noinline, srange
from zkos.lang.intrinsics import (
    DELEGATED,
    address_of,
    blake2s_block_round,
    blake2s_round,
)
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import Array, ByteView, aligned_array, allocate_bytes, scratch

BLOCK_BYTES: Final = U32(64)
IV: Final = (
    *(U32(0x6A09E667), U32(0xBB67AE85), U32(0x3C6EF372), U32(0xA54FF53A)),
    *(U32(0x510E527F), U32(0x9B05688C), U32(0x1F83D9AB), U32(0x5BE0CD19)),
)
INITIAL_0: Final = U32(0x6A09E667 ^ 0x01010020)
"""First word of the chaining value: digest of 32 bytes, no key, sequential."""
SIGMA: Final = (
    *(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    *(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    *(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    *(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    *(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    *(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    *(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    *(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    *(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    *(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
NOT_LAST: Final = U32(0)
LAST: Final = U32(0xFFFFFFFF)
CONTROL_LAST: Final = U32(1)
CONTROL_NODE_IS_RIGHT: Final = U32(2)
CONTROL_PAIR: Final = U32(4)


@inline
def mix(v: Array[U32], a: U32, b: U32, c: U32, d: U32, x: U32, y: U32) -> None:
    """The function G on four words of `v`."""
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x)
    v[d] = (v[d] ^ v[a]).rotate_right(16)
    v[c] = v[c].wrapping_add(v[d])
    v[b] = (v[b] ^ v[c]).rotate_right(12)
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y)
    v[d] = (v[d] ^ v[a]).rotate_right(8)
    v[c] = v[c].wrapping_add(v[d])
    v[b] = (v[b] ^ v[c]).rotate_right(7)


@noinline
def compress(h: Array[U32], message: Array[U32], count: U32, last: U32) -> None:
    """The function F: absorb a block that ends `count` bytes; `last` is LAST or not."""
    assert message.length() >= 16, "a block has 16 words"
    assert h.length() >= 8, "a chaining value has 8 words"
    m = scratch(U32, 16)
    v = scratch(U32, 16)
    for i in srange(16):
        m[i] = message[i]
    for i in srange(8):
        v[i] = h[i]
        v[8 + i] = IV[i]
    v[12] = v[12] ^ count
    v[14] = v[14] ^ last

    for i in srange(0, 160, 16):
        for g in srange(4):
            x = m[SIGMA[i + 2 * g]]
            y = m[SIGMA[i + 2 * g + 1]]
            mix(v, U32(g), U32(4 + g), U32(8 + g), U32(12 + g), x, y)
        for g in srange(4):
            x = m[SIGMA[i + 2 * g + 8]]
            y = m[SIGMA[i + 2 * g + 9]]
            b = U32(4 + (g + 1) % 4)
            mix(v, U32(g), b, U32(8 + (g + 2) % 4), U32(12 + (g + 3) % 4), x, y)

    for i in srange(8):
        h[i] = h[i] ^ v[i] ^ v[8 + i]


@inline
def start(h: Array[U32]) -> None:
    """Set the chaining value before the first block."""
    assert h.length() >= 8, "a chaining value has 8 words"
    h[0] = INITIAL_0
    for i in srange(1, 8):
        h[i] = IV[i]


@inline
def delegate(state: Array[U32], message: Array[U32], control: U32) -> None:
    """All ten rounds by delegation; the result is in words 0..7 of `state`."""
    for i in srange(9):
        blake2s_round(state, message, U32(1) << i, control)
    blake2s_round(state, message, U32(1) << 9, control | CONTROL_LAST)


@inline
def delegate_block(state: Array[U32], block: ByteView) -> None:
    """The same for a block that lies at whole words."""
    for i in srange(9):
        blake2s_block_round(state, block, U32(1) << i, U32(0))
    blake2s_block_round(state, block, U32(1) << 9, CONTROL_LAST)


class Blake2s:
    """A hasher: any number of updates, then `finish`, which begins a new message.

    A message has less than 2**32 bytes. Beside that, `node` and `sibling` serve
    `fold`, the step from one level of a hash tree to the next; they are independent
    of the message.
    """

    node: Array[U32]
    """In words 0..7 the hash of a tree node, as it lies in memory; the rest is the
    work space of the delegation."""
    sibling: Array[U32]
    """In words 0..7 the hash of the node beside it; the rest is unused."""
    state: Array[U32]
    """In words 0..7 the chaining value of the message; the rest as in `node`."""
    message: Array[U32]
    """The block being absorbed, where it must be in words."""
    block: ByteView
    """Bytes not yet absorbed: up to a full block, for it could be the last."""
    position: U32
    """How many bytes wait in `block`."""
    total: U32
    """How many bytes were absorbed."""
    word: ByteView
    """Where numbers are spelled before they join the message."""

    def __init__(self) -> None:
        self.node = aligned_array(U32, 24)
        self.sibling = Array(U32, 16)
        self.state = aligned_array(U32, 24)
        self.message = Array(U32, 16)
        self.block = allocate_bytes(BLOCK_BYTES)
        self.position = U32(0)
        self.total = U32(0)
        self.word = allocate_bytes(32)
        start(self.state)

    def reset(self) -> None:
        """Drop what was hashed so far."""
        start(self.state)
        self.position = U32(0)
        self.total = U32(0)

    def update(self, data: ByteView) -> None:
        """Append `data` to the message."""
        block = self.block
        position = self.position
        remaining = data.length()
        space = BLOCK_BYTES.wrapping_sub(position)
        if remaining <= space:
            block.window(position, remaining).copy_from(data)
            self.position = position.wrapping_add(remaining)
            return
        offset = U32(0)
        if position != 0:
            block.window(position, space).copy_from(data.window(0, space))
            self.absorb(block, BLOCK_BYTES, NOT_LAST)
            offset = space
            remaining = remaining.wrapping_sub(space)
        # At least one byte waits, for the last block is another.
        whole = remaining.wrapping_sub(1) & 0xFFFFFFC0
        self.absorb_all(data.window(offset, whole))
        remaining = remaining.wrapping_sub(whole)
        rest = data.window(offset.wrapping_add(whole), remaining)
        block.window(0, remaining).copy_from(rest)
        self.position = remaining

    def update_u8(self, x: U8) -> None:
        """Append one byte."""
        self.word[0] = x
        self.update(self.word.window(0, 1))

    def update_u64_be(self, x: U64) -> None:
        """Append 8 bytes, most significant first."""
        self.word.store_u64_be(0, x)
        self.update(self.word.window(0, 8))

    def update_u64_le(self, x: U64) -> None:
        """Append 8 bytes, least significant first."""
        self.word.store_u64(0, x)
        self.update(self.word.window(0, 8))

    def update_u256(self, x: U256) -> None:
        """Append 32 bytes, most significant first."""
        self.word.store_u256_be(0, x)
        self.update(self.word)

    def update_address(self, address: Address) -> None:
        """Append the 20 bytes of `address`."""
        self.word.store_u256_be(0, U256(address))
        self.update(self.word.window(12, 20))

    def update_words(self, words: Array[U32]) -> None:
        """Append the 32 bytes of 8 words in memory order."""
        word = self.word
        assert words.length() == 8, "a hash has 8 words"
        for i in srange(8):
            word.store_u32(4 * i, words[i])
        self.update(word)

    def finish(self) -> Bytes32:
        """The digest of the message; the hasher is reset."""
        self.absorb_last()
        return self.take_digest()

    def take_digest(self) -> Bytes32:
        """The digest when all is absorbed; the hasher is reset."""
        word = self.word
        state = self.state
        assert state.length() == 24, "the state has 24 words"
        for i in srange(8):
            word.store_u32(4 * i, state[i])
        self.reset()
        return Bytes32(word.load_u256_be(0))

    def finish_words(self, out: Array[U32]) -> None:
        """Put the digest into words 0..7 of `out`; the hasher is reset."""
        self.absorb_last()
        state = self.state
        assert state.length() == 24, "the state has 24 words"
        assert out.length() >= 8, "a hash has 8 words"
        for i in srange(8):
            out[i] = state[i]
        self.reset()

    def hash(self, data: ByteView) -> Bytes32:
        """The digest of `data` alone."""
        self.reset()
        length = data.length()
        if length == 0 or length & 63 != 0:
            self.update(data)
            self.absorb_last()
        else:
            last = length.wrapping_sub(BLOCK_BYTES)
            self.absorb_all(data.window(0, last))
            self.absorb(data.window(last, BLOCK_BYTES), BLOCK_BYTES, LAST)
        return self.take_digest()

    def absorb_last(self) -> None:
        """End the message: `state` holds the digest until the reset."""
        block = self.block
        position = self.position
        block.window(position, BLOCK_BYTES.wrapping_sub(position)).fill(0)
        self.absorb(block, position, LAST)

    def absorb_all(self, data: ByteView) -> None:
        """Absorb whole blocks, none of which is the last."""
        state = self.state
        assert state.length() == 24, "the state has 24 words"
        total = self.total
        offset = U32(0)
        while offset != data.length():
            block = data.window(offset, BLOCK_BYTES)
            offset = offset.wrapping_add(BLOCK_BYTES)
            self.advance(state, block, total + offset, NOT_LAST)
        self.total = total + offset

    def absorb(self, block: ByteView, count: U32, last: U32) -> None:
        """Absorb a block that has `count` bytes of the message."""
        self.total = self.total + count
        self.advance(self.state, block, self.total, last)

    @inline
    def advance(
        self, state: Array[U32], block: ByteView, total: U32, last: U32
    ) -> None:
        """Absorb a block that ends `total` bytes into `state`."""
        assert state.length() == 24, "the state has 24 words"
        if DELEGATED:
            state[8 + 12] = IV[4] ^ total
            state[8 + 14] = IV[6] ^ last
            if address_of(block) & 3 == 0:
                delegate_block(state, block)
            else:
                self.load(block)
                delegate(state, self.message, U32(0))
        else:
            self.load(block)
            compress(state, self.message, total, last)

    @inline
    def load(self, block: ByteView) -> None:
        """Make the bytes of a block words."""
        message = self.message
        assert message.length() == 16, "a block has 16 words"
        for i in srange(16):
            message[i] = block.load_u32(4 * i)

    def fold(self, node_is_right: bool) -> None:
        """Replace `node` by its parent: the digest of the pair with `sibling`."""
        if DELEGATED:
            side = CONTROL_NODE_IS_RIGHT if node_is_right else U32(0)
            delegate(self.node, self.sibling, CONTROL_PAIR | side)
        elif node_is_right:
            compress_pair(self.sibling, self.node, self.node)
        else:
            compress_pair(self.node, self.sibling, self.node)

    def hash_pair(self, left: Array[U32], right: Array[U32], out: Array[U32]) -> None:
        """Put the digest of 8 and 8 words into `out`; through `node` and `sibling`."""
        node = self.node
        sibling = self.sibling
        assert left.length() >= 8, "a hash has 8 words"
        assert right.length() >= 8, "a hash has 8 words"
        assert out.length() >= 8, "a hash has 8 words"
        assert node.length() == 24, "a node has 24 words"
        assert sibling.length() == 16, "a sibling has 16 words"
        for i in srange(8):
            node[i] = left[i]
            sibling[i] = right[i]
        self.fold(False)
        for i in srange(8):
            out[i] = node[i]


def compress_pair(left: Array[U32], right: Array[U32], out: Array[U32]) -> None:
    """Put the digest of 8 and 8 words into `out`, which may be one of them."""
    message = scratch(U32, 16)
    for i in srange(8):
        message[i] = left[i]
        message[8 + i] = right[i]
    start(out)
    compress(out, message, BLOCK_BYTES, LAST)
