"""Keccak-256 with Ethereum's original padding (Keccak submission 3, rate 1088 bits).

A hasher is made once and reused. Bytes gather in `block`; a full block is absorbed
at once. The permutation keeps all 25 lanes in a scratch array that is only indexed
by literals, so that the compiler holds them as values.
"""

from typing import Final

from zkos.lang.control import noinline, srange, urange
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import Array, ByteView, allocate_bytes, scratch

RATE_BYTES: Final = U32(136)
ROUNDS: Final = U32(24)
ROUND_CONSTANTS: Final = (
    U64(0x0000000000000001),
    U64(0x0000000000008082),
    U64(0x800000000000808A),
    U64(0x8000000080008000),
    U64(0x000000000000808B),
    U64(0x0000000080000001),
    U64(0x8000000080008081),
    U64(0x8000000000008009),
    U64(0x000000000000008A),
    U64(0x0000000000000088),
    U64(0x0000000080008009),
    U64(0x000000008000000A),
    U64(0x000000008000808B),
    U64(0x800000000000008B),
    U64(0x8000000000008089),
    U64(0x8000000000008003),
    U64(0x8000000000008002),
    U64(0x8000000000000080),
    U64(0x000000000000800A),
    U64(0x800000008000000A),
    U64(0x8000000080008081),
    U64(0x8000000000008080),
    U64(0x0000000080000001),
    U64(0x8000000080008008),
)
# Lane x, y is number x + 5 y; these two say how rho turns it and where pi puts it.
ROTATIONS: Final = (
    *(U32(0), U32(1), U32(62), U32(28), U32(27)),
    *(U32(36), U32(44), U32(6), U32(55), U32(20)),
    *(U32(3), U32(10), U32(43), U32(25), U32(39)),
    *(U32(41), U32(45), U32(15), U32(21), U32(8)),
    *(U32(18), U32(2), U32(61), U32(56), U32(14)),
)
TARGETS: Final = tuple(
    U32(y + 5 * ((2 * x + 3 * y) % 5)) for y in range(5) for x in range(5)
)
# Lanes that are held complemented, between rounds (KEPT) and after theta, rho and pi
# (TURNED): the choice makes most of the complements in chi cancel.
NONE: Final = U64(0)
ALL: Final = U64(0xFFFFFFFFFFFFFFFF)
KEPT: Final = (
    *(NONE, ALL, ALL, NONE, NONE),
    *(NONE, NONE, NONE, ALL, NONE),
    *(NONE, NONE, ALL, NONE, NONE),
    *(NONE, NONE, ALL, NONE, NONE),
    *(ALL, NONE, NONE, NONE, NONE),
)
TURNED: Final = (
    *(ALL, NONE, ALL, ALL, NONE),
    *(ALL, NONE, ALL, NONE, NONE),
    *(ALL, NONE, ALL, NONE, NONE),
    *(NONE, ALL, NONE, ALL, ALL),
    *(ALL, NONE, NONE, ALL, NONE),
)


@noinline
def permute(state: Array[U64], block: ByteView) -> None:
    """Xor the 136 bytes of `block` into `state`, then apply keccak-f[1600]."""
    assert state.length() == 25, "the state has 25 lanes"
    assert block.length() == RATE_BYTES, "a block has 136 bytes"
    lanes = scratch(U64, 25)
    turned = scratch(U64, 25)
    parity = scratch(U64, 5)
    for i in srange(17):
        lanes[i] = state[i] ^ block.load_u64(8 * i) ^ KEPT[i]
    for i in srange(17, 25):
        lanes[i] = state[i] ^ KEPT[i]

    for number in urange(ROUNDS):
        for x in srange(5):
            column = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10]
            parity[x] = column ^ lanes[x + 15] ^ lanes[x + 20]
        for x in srange(5):
            effect = parity[(x + 4) % 5] ^ parity[(x + 1) % 5].rotate_left(1)
            for y in srange(5):
                lane = lanes[x + 5 * y] ^ effect
                turned[TARGETS[x + 5 * y]] = lane.rotate_left(ROTATIONS[x + 5 * y])
        for y in srange(5):
            for x in srange(5):
                one = turned[5 * y + (x + 1) % 5] ^ TURNED[5 * y + (x + 1) % 5]
                two = turned[5 * y + (x + 2) % 5] ^ TURNED[5 * y + (x + 2) % 5]
                kept = TURNED[5 * y + x] ^ KEPT[5 * y + x]
                lanes[5 * y + x] = turned[5 * y + x] ^ (~one & two) ^ kept
        lanes[0] = lanes[0] ^ ROUND_CONSTANTS[number]

    for i in srange(25):
        state[i] = lanes[i] ^ KEPT[i]


class Keccak256:
    """A hasher: any number of updates, then `finish`, which begins a new message."""

    state: Array[U64]
    block: ByteView
    position: U32
    """Bytes waiting in `block`, always less than the rate."""
    is_clean: bool
    """Nothing was appended since the reset."""
    word: ByteView
    """Where numbers are spelled before they join the message."""

    def __init__(self) -> None:
        self.state = Array(U64, 25)
        self.block = allocate_bytes(RATE_BYTES)
        self.position = U32(0)
        self.is_clean = True
        self.word = allocate_bytes(32)

    def reset(self) -> None:
        """Drop what was hashed so far."""
        state = self.state
        for i in srange(25):
            state[i] = U64(0)
        self.position = U32(0)
        self.is_clean = True

    def update(self, data: ByteView) -> None:
        """Append `data` to the message."""
        self.is_clean = False
        block = self.block
        position = self.position
        offset = U32(0)
        remaining = data.length()
        while remaining >= RATE_BYTES.wrapping_sub(position):
            space = RATE_BYTES.wrapping_sub(position)
            if position == 0:
                permute(self.state, data.window(offset, RATE_BYTES))
            else:
                block.window(position, space).copy_from(data.window(offset, space))
                permute(self.state, block)
            offset = offset.wrapping_add(space)
            remaining = remaining.wrapping_sub(space)
            position = U32(0)
        block.window(position, remaining).copy_from(data.window(offset, remaining))
        self.position = position.wrapping_add(remaining)

    def update_u8(self, x: U8) -> None:
        """Append one byte."""
        self.is_clean = False
        self.block[self.position] = x
        self.position = self.position.wrapping_add(1)
        if self.position == RATE_BYTES:
            permute(self.state, self.block)
            self.position = U32(0)

    def update_u64_be(self, x: U64) -> None:
        """Append 8 bytes, most significant first."""
        self.word.store_u64_be(0, x)
        self.update(self.word.window(0, 8))

    def update_u256(self, x: U256) -> None:
        """Append 32 bytes, most significant first."""
        self.word.store_u256_be(0, x)
        self.update(self.word)

    def update_address(self, address: Address) -> None:
        """Append the 20 bytes of `address`."""
        self.word.store_u256_be(0, U256(address))
        self.update(self.word.window(12, 20))

    def finish(self) -> Bytes32:
        """The digest of the message; the hasher is reset."""
        block = self.block
        position = self.position
        block.window(position, RATE_BYTES.wrapping_sub(position)).fill(0)
        block[position] = U8(0x01)
        block[135] = block[135] | U8(0x80)
        permute(self.state, block)
        word = self.word
        for i in srange(4):
            word.store_u64(8 * i, self.state[i])
        self.reset()
        return Bytes32(word.load_u256_be(0))

    def hash(self, data: ByteView) -> Bytes32:
        """The digest of `data` alone."""
        if not self.is_clean:
            self.reset()
        self.update(data)
        return self.finish()
