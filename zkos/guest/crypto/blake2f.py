"""The compression function F of BLAKE2b with a given number of rounds (EIP-152)."""

from typing import Final

from zkos.lang.control import inline, noinline, srange, urange
from zkos.lang.ints import U32, U64
from zkos.lang.memory import Array, ByteView, scratch

IV: Final = (
    *(U64(0x6A09E667F3BCC908), U64(0xBB67AE8584CAA73B)),
    *(U64(0x3C6EF372FE94F82B), U64(0xA54FF53A5F1D36F1)),
    *(U64(0x510E527FADE682D1), U64(0x9B05688C2B3E6C1F)),
    *(U64(0x1F83D9ABFB41BD6B), U64(0x5BE0CD19137E2179)),
)
SIGMA: Final = tuple(
    U32(index)
    for index in (
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
)
SIGMA_LENGTH: Final = U32(160)


@inline
def mix(v: Array[U64], a: U32, b: U32, c: U32, d: U32, x: U64, y: U64) -> None:
    """The function G on four words of `v`."""
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x)
    v[d] = (v[d] ^ v[a]).rotate_right(32)
    v[c] = v[c].wrapping_add(v[d])
    v[b] = (v[b] ^ v[c]).rotate_right(24)
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y)
    v[d] = (v[d] ^ v[a]).rotate_right(16)
    v[c] = v[c].wrapping_add(v[d])
    v[b] = (v[b] ^ v[c]).rotate_right(63)


@noinline
def run_rounds(v: Array[U64], message: Array[U64], rounds: U32) -> None:
    """Apply the rounds to the 16 words of `v`; the permutations repeat after ten."""
    assert v.length() == 16, "the work vector has 16 words"
    w = scratch(U64, 16)
    for i in srange(16):
        w[i] = v[i]

    row = U32(0)
    for _ in urange(rounds):
        for g in srange(4):
            x = message[SIGMA[row + 2 * g]]
            y = message[SIGMA[row + (2 * g + 1)]]
            mix(w, U32(g), U32(4 + g), U32(8 + g), U32(12 + g), x, y)
        for g in srange(4):
            x = message[SIGMA[row + (2 * g + 8)]]
            y = message[SIGMA[row + (2 * g + 9)]]
            b = U32(4 + (g + 1) % 4)
            mix(w, U32(g), b, U32(8 + (g + 2) % 4), U32(12 + (g + 3) % 4), x, y)
        row = row.wrapping_add(16)
        if row == SIGMA_LENGTH:
            row = U32(0)

    for i in srange(16):
        v[i] = w[i]


def blake2f(
    rounds: U32,
    h: ByteView,
    message: ByteView,
    count: ByteView,
    last: bool,
    out: ByteView,
) -> None:
    """Write the chaining value after a block to the 64 bytes of `out`.

    `h` has 64 bytes, `message` 128 and `count`, the bytes hashed so far, 16: all
    little-endian words. `out` may overlap them.
    """
    v = scratch(U64, 16)
    m = scratch(U64, 16)
    for i in srange(16):
        m[i] = message.load_u64(8 * i)
    chaining = scratch(U64, 8)
    for i in srange(8):
        chaining[i] = h.load_u64(8 * i)
        v[i] = chaining[i]
        v[8 + i] = IV[i]
    v[12] = v[12] ^ count.load_u64(0)
    v[13] = v[13] ^ count.load_u64(8)
    if last:
        v[14] = ~v[14]

    run_rounds(v, m, rounds)

    for i in srange(8):
        out.store_u64(8 * i, chaining[i] ^ v[i] ^ v[8 + i])
