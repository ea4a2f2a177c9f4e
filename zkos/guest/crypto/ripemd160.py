"""RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996), for the precompile at address 3.

The two lines of a block run one after the other: five groups of sixteen steps each,
a group having its own Boolean function and constant.
"""

from typing import Final

from zkos.lang.control import inline, noinline, srange, urange
from zkos.lang.ints import U32
from zkos.lang.memory import Array, ByteView, scratch

BLOCK_BYTES: Final = U32(64)
INITIAL: Final = (
    *(U32(0x67452301), U32(0xEFCDAB89), U32(0x98BADCFE), U32(0x10325476)),
    U32(0xC3D2E1F0),
)
LEFT_CONSTANTS: Final = (
    *(U32(0x00000000), U32(0x5A827999), U32(0x6ED9EBA1), U32(0x8F1BBCDC)),
    U32(0xA953FD4E),
)
RIGHT_CONSTANTS: Final = (
    *(U32(0x50A28BE6), U32(0x5C4DD124), U32(0x6D703EF3), U32(0x7A6D76E9)),
    U32(0x00000000),
)
LEFT_WORDS: Final = (
    *(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    *(7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8),
    *(3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12),
    *(1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2),
    *(4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13),
)
RIGHT_WORDS: Final = (
    *(5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12),
    *(6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2),
    *(15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13),
    *(8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14),
    *(12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11),
)
LEFT_TURNS: Final = (
    *(11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    *(7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12),
    *(11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5),
    *(11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12),
    *(9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6),
)
RIGHT_TURNS: Final = (
    *(8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6),
    *(9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11),
    *(9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5),
    *(15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8),
    *(8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11),
)


@inline
def boolean(group: U32, x: U32, y: U32, z: U32) -> U32:
    """The Boolean function of this group of the left line."""
    match group:
        case 0:
            return x ^ y ^ z
        case 1:
            return z ^ (x & (y ^ z))
        case 2:
            return (x | ~y) ^ z
        case 3:
            return y ^ (z & (x ^ y))
        case _:
            return x ^ (y | ~z)


@inline
def step(
    v: Array[U32], number: U32, group: U32, word: U32, constant: U32, turn: U32
) -> None:
    """Step `number` of a line: the five variables move one place each step."""
    a = (U32(80) - number) % 5
    b = v[(U32(81) - number) % 5]
    c = (U32(82) - number) % 5
    d = v[(U32(83) - number) % 5]
    e = v[(U32(84) - number) % 5]
    chosen = boolean(group, b, v[c], d)
    mixed = v[a].wrapping_add(chosen).wrapping_add(word).wrapping_add(constant)
    v[a] = mixed.rotate_left(turn).wrapping_add(e)
    v[c] = v[c].rotate_left(10)


@noinline
def compress(h: Array[U32], block: Array[U32]) -> None:
    """Absorb the 16 words of `block`."""
    assert block.length() == 16, "a block has 16 words"
    assert h.length() == 5, "a chaining value has 5 words"
    left = scratch(U32, 5)
    right = scratch(U32, 5)
    for i in srange(5):
        left[i] = h[i]
        right[i] = h[i]

    for group in srange(5):
        for k in srange(16):
            number = U32(16 * group + k)
            word = block[LEFT_WORDS[16 * group + k]]
            turn = U32(LEFT_TURNS[16 * group + k])
            step(left, number, U32(group), word, LEFT_CONSTANTS[group], turn)
    for group in srange(5):
        for k in srange(16):
            number = U32(16 * group + k)
            word = block[RIGHT_WORDS[16 * group + k]]
            turn = U32(RIGHT_TURNS[16 * group + k])
            step(right, number, U32(4 - group), word, RIGHT_CONSTANTS[group], turn)

    first = h[1].wrapping_add(left[2]).wrapping_add(right[3])
    h[1] = h[2].wrapping_add(left[3]).wrapping_add(right[4])
    h[2] = h[3].wrapping_add(left[4]).wrapping_add(right[0])
    h[3] = h[4].wrapping_add(left[0]).wrapping_add(right[1])
    h[4] = h[0].wrapping_add(left[1]).wrapping_add(right[2])
    h[0] = first


def padded_word(data: ByteView, offset: U32) -> U32:
    """The word at `offset` of the message followed by the bit 1 and zeros."""
    length = data.length()
    word = U32(0)
    for i in urange(U32(4)):
        position = offset.wrapping_add(i)
        if position < length:
            word = word | (U32(data[position]) << (i << 3))
        elif position == length:
            word = word | (U32(0x80) << (i << 3))
    return word


def ripemd160(data: ByteView, out: ByteView) -> None:
    """Write the digest of `data` to the 20 bytes of `out`, which may overlap it."""
    length = data.length()
    h = scratch(U32, 5)
    block = scratch(U32, 16)
    for i in srange(5):
        h[i] = INITIAL[i]

    # The marker and the length take 9 bytes more.
    blocks = length.wrapping_add(9 + 63) >> 6
    for number in urange(blocks):
        offset = number << 6
        if offset.wrapping_add(BLOCK_BYTES) <= length:
            piece = data.window(offset, BLOCK_BYTES)
            for i in srange(16):
                block[i] = piece.load_u32(4 * i)
        else:
            for k in urange(U32(16)):
                block[k] = padded_word(data, offset.wrapping_add(k << 2))
        if number.wrapping_add(1) == blocks:
            block[14] = length << 3
            block[15] = length >> 29
        compress(h, block)

    for i in srange(5):
        out.store_u32(4 * i, h[i])
