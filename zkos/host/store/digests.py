"""BLAKE2s-256 of what a tree hashes: two digests, or a leaf (state spec 9).

Guest language. Written apart from the guest's own, since the two check each other.
"""

from typing import Final

from zkos.lang.control import inline, noinline, srange
from zkos.lang.ints import U32
from zkos.lang.memory import Array, ByteView, scratch

DIGEST_BYTES: Final = U32(32)
PAIR_BYTES: Final = U32(64)
LEAF_BYTES: Final = U32(72)
"""Key, value and a successor of 64 bits."""
IV: Final = (
    *(U32(0x6A09E667), U32(0xBB67AE85), U32(0x3C6EF372), U32(0xA54FF53A)),
    *(U32(0x510E527F), U32(0x9B05688C), U32(0x1F83D9AB), U32(0x5BE0CD19)),
)
PARAMETERS: Final = U32(0x01010020)
"""Digest of 32 bytes, no key, sequential."""
ORDERS: Final = (
    "0123456789abcdef",
    "ea489fd61c02b753",
    "b8c052fdae367194",
    "7931dcbe265a40f8",
    "905724afe1bc683d",
    "2c6a0b834d75fe19",
    "c51fed4a0763928b",
    "db7ec13950f4862a",
    "6fe9b308c2d714a5",
    "a2847615fb9e3cd0",
)
ORDER: Final = tuple(int(digit, 16) for row in ORDERS for digit in row)
"""Which words of the message a round takes, 16 a round."""
LANES: Final = (
    *(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
    *(0, 5, 10, 15, 1, 6, 11, 12, 2, 7, 8, 13, 3, 4, 9, 14),
)
"""Columns and diagonals of the 16 words of work."""


def hash_pair(left: ByteView, right: ByteView, out: ByteView) -> None:
    """Put the digest of two digests into `out`, which may be one of them."""
    m = scratch(U32, 16)
    h = scratch(U32, 8)
    for i in srange(8):
        m[i] = left.load_u32(4 * i)
        m[8 + i] = right.load_u32(4 * i)
    _begin(h)
    _absorb(h, m, PAIR_BYTES, True)
    for i in srange(8):
        out.store_u32(4 * i, h[i])


def hash_leaf(key: ByteView, value: ByteView, successor: U32, out: ByteView) -> None:
    """Put the digest of a leaf into `out`."""
    m = scratch(U32, 16)
    h = scratch(U32, 8)
    for i in srange(8):
        m[i] = key.load_u32(4 * i)
        m[8 + i] = value.load_u32(4 * i)
    _begin(h)
    _absorb(h, m, PAIR_BYTES, False)
    m[0] = successor
    for i in srange(1, 16):
        m[i] = U32(0)
    _absorb(h, m, LEAF_BYTES, True)
    for i in srange(8):
        out.store_u32(4 * i, h[i])


@inline
def _begin(h: Array[U32]) -> None:
    for i in srange(8):
        h[i] = IV[i]
    h[0] = h[0] ^ PARAMETERS


@noinline
def _absorb(h: Array[U32], m: Array[U32], total: U32, last: bool) -> None:
    """The function F of RFC 7693 on a block that ends `total` bytes."""
    v = scratch(U32, 16)
    w = scratch(U32, 16)
    assert h.length() >= 8, "a chaining value has 8 words"
    assert m.length() >= 16, "a block has 16 words"
    for i in srange(8):
        v[i] = h[i]
        v[8 + i] = IV[i]
    for i in srange(16):
        w[i] = m[i]
    v[12] = v[12] ^ total
    if last:
        v[14] = ~v[14]
    for row in srange(10):
        for lane in srange(8):
            _mix(
                v,
                U32(LANES[4 * lane]),
                U32(LANES[4 * lane + 1]),
                U32(LANES[4 * lane + 2]),
                U32(LANES[4 * lane + 3]),
                w[ORDER[16 * row + 2 * lane]],
                w[ORDER[16 * row + 2 * lane + 1]],
            )
    for i in srange(8):
        h[i] = h[i] ^ v[i] ^ v[8 + i]


@inline
def _mix(v: Array[U32], a: U32, b: U32, c: U32, d: U32, x: U32, y: U32) -> None:
    """The function G of RFC 7693, on words held outside the array."""
    first = v[a].wrapping_add(v[b]).wrapping_add(x)
    fourth = (v[d] ^ first).rotate_right(16)
    third = v[c].wrapping_add(fourth)
    second = (v[b] ^ third).rotate_right(12)
    v[a] = first.wrapping_add(second).wrapping_add(y)
    v[d] = (fourth ^ v[a]).rotate_right(8)
    v[c] = third.wrapping_add(v[d])
    v[b] = (second ^ v[c]).rotate_right(7)
