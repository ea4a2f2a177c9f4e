"""SHA-256 (FIPS 180-4), for the precompile at address 2."""

from typing import Final

from zkos.lang.control import inline, noinline, srange, urange
from zkos.lang.ints import U32
from zkos.lang.memory import Array, ByteView, scratch

BLOCK_BYTES: Final = U32(64)
INITIAL: Final = (
    *(U32(0x6A09E667), U32(0xBB67AE85), U32(0x3C6EF372), U32(0xA54FF53A)),
    *(U32(0x510E527F), U32(0x9B05688C), U32(0x1F83D9AB), U32(0x5BE0CD19)),
)
ROUND_CONSTANTS: Final = (
    *(U32(0x428A2F98), U32(0x71374491), U32(0xB5C0FBCF), U32(0xE9B5DBA5)),
    *(U32(0x3956C25B), U32(0x59F111F1), U32(0x923F82A4), U32(0xAB1C5ED5)),
    *(U32(0xD807AA98), U32(0x12835B01), U32(0x243185BE), U32(0x550C7DC3)),
    *(U32(0x72BE5D74), U32(0x80DEB1FE), U32(0x9BDC06A7), U32(0xC19BF174)),
    *(U32(0xE49B69C1), U32(0xEFBE4786), U32(0x0FC19DC6), U32(0x240CA1CC)),
    *(U32(0x2DE92C6F), U32(0x4A7484AA), U32(0x5CB0A9DC), U32(0x76F988DA)),
    *(U32(0x983E5152), U32(0xA831C66D), U32(0xB00327C8), U32(0xBF597FC7)),
    *(U32(0xC6E00BF3), U32(0xD5A79147), U32(0x06CA6351), U32(0x14292967)),
    *(U32(0x27B70A85), U32(0x2E1B2138), U32(0x4D2C6DFC), U32(0x53380D13)),
    *(U32(0x650A7354), U32(0x766A0ABB), U32(0x81C2C92E), U32(0x92722C85)),
    *(U32(0xA2BFE8A1), U32(0xA81A664B), U32(0xC24B8B70), U32(0xC76C51A3)),
    *(U32(0xD192E819), U32(0xD6990624), U32(0xF40E3585), U32(0x106AA070)),
    *(U32(0x19A4C116), U32(0x1E376C08), U32(0x2748774C), U32(0x34B0BCB5)),
    *(U32(0x391C0CB3), U32(0x4ED8AA4A), U32(0x5B9CCA4F), U32(0x682E6FF3)),
    *(U32(0x748F82EE), U32(0x78A5636F), U32(0x84C87814), U32(0x8CC70208)),
    *(U32(0x90BEFFFA), U32(0xA4506CEB), U32(0xBEF9A3F7), U32(0xC67178F2)),
)


@inline
def mix(v: Array[U32], i: U32, word: U32, constant: U32) -> None:
    """Round `i`: variable number k of the standard's a..h lies at `(k - i) % 8`."""
    a = v[(U32(64) - i) & 7]
    b = v[(U32(65) - i) & 7]
    c = v[(U32(66) - i) & 7]
    e = v[(U32(68) - i) & 7]
    f = v[(U32(69) - i) & 7]
    g = v[(U32(70) - i) & 7]
    turned = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25)
    choice = g ^ (e & (f ^ g))
    h = v[(U32(71) - i) & 7].wrapping_add(turned).wrapping_add(choice)
    h = h.wrapping_add(word).wrapping_add(constant)
    d = (U32(67) - i) & 7
    v[d] = v[d].wrapping_add(h)
    turned = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)
    majority = (a & b) | (c & (a | b))
    v[(U32(71) - i) & 7] = h.wrapping_add(turned).wrapping_add(majority)


@noinline
def compress(h: Array[U32], block: Array[U32]) -> None:
    """Absorb the 16 words of `block`."""
    assert block.length() == 16, "a block has 16 words"
    assert h.length() == 8, "a chaining value has 8 words"
    w = scratch(U32, 16)
    v = scratch(U32, 8)
    for i in srange(16):
        w[i] = block[i]
    for i in srange(8):
        v[i] = h[i]

    for i in srange(16):
        mix(v, U32(i), w[i], ROUND_CONSTANTS[i])
    for group in urange(U32(1), U32(4)):
        for i in srange(16):
            x = w[(i + 1) % 16]
            y = w[(i + 14) % 16]
            x = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3)
            y = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10)
            w[i] = w[i].wrapping_add(x).wrapping_add(w[(i + 9) % 16]).wrapping_add(y)
            mix(v, U32(i), w[i], ROUND_CONSTANTS[group * 16 + i])

    for i in srange(8):
        h[i] = h[i].wrapping_add(v[i])


def padded_word(data: ByteView, offset: U32) -> U32:
    """The word at `offset` of the message followed by the bit 1 and zeros."""
    length = data.length()
    word = U32(0)
    for i in urange(U32(4)):
        position = offset.wrapping_add(i)
        word = word << 8
        if position < length:
            word = word | U32(data[position])
        elif position == length:
            word = word | 0x80
    return word


def sha256(data: ByteView, out: ByteView) -> None:
    """Write the digest of `data` to the 32 bytes of `out`, which may overlap it."""
    length = data.length()
    h = scratch(U32, 8)
    block = scratch(U32, 16)
    for i in srange(8):
        h[i] = INITIAL[i]

    # The marker and the length take 9 bytes more.
    blocks = length.wrapping_add(9 + 63) >> 6
    for number in urange(blocks):
        offset = number << 6
        if offset.wrapping_add(BLOCK_BYTES) <= length:
            piece = data.window(offset, BLOCK_BYTES)
            for i in srange(16):
                block[i] = piece.load_u32_be(4 * i)
        else:
            for k in urange(U32(16)):
                block[k] = padded_word(data, offset.wrapping_add(k << 2))
        if number.wrapping_add(1) == blocks:
            block[14] = length >> 29
            block[15] = length << 3
        compress(h, block)

    for i in srange(8):
        out.store_u32_be(4 * i, h[i])
