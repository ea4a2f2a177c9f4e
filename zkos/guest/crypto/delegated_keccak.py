"""Keccak-256 by delegation 0x7cb, behind the seam `crypto.keccak`.

For machines that have it (machine spec 4.3). Elsewhere the permutation is that of
`plain_keccak`, on a copy of the lanes.
"""

from typing import Final

from zkos.guest.crypto.plain_keccak import KEPT, RATE_BYTES, permute
from zkos.lang.control import noinline, srange
from zkos.lang.intrinsics import DELEGATED, address_of, keccak_step, keccak_two_steps
from zkos.lang.ints import U8, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import Array, ByteView, allocate_bytes

LANES_BYTES: Final = U32(31 * 8)
ALIGNMENT: Final = U32(256)
PAIRS: Final = 324
"""Of the 649 steps; one is left."""


def aligned_lanes() -> ByteView:
    """Room for the lanes where the delegation wants them, zeros."""
    room = allocate_bytes(LANES_BYTES + ALIGNMENT)
    room.fill(0)
    past = address_of(room) & (ALIGNMENT - 1)
    return room.window((ALIGNMENT - past) & (ALIGNMENT - 1), LANES_BYTES)


@noinline
def run_steps(lanes: ByteView) -> None:
    """Apply keccak-f[1600] to the first 25 lanes, by delegation."""
    step = U32(0)
    for _ in srange(PAIRS):
        step = keccak_two_steps(step, lanes)
    keccak_step(step, lanes)


class Keccak256:
    """A hasher: any number of updates, then `finish`, which begins a new message."""

    lanes: ByteView
    """The state, and room for the delegation."""
    state: Array[U64]
    """A copy of it where there is no delegation; likewise the next two."""
    spare: Array[U64]
    nothing: ByteView
    block: ByteView
    position: U32
    """Bytes waiting in `block`, always less than the rate."""
    is_clean: bool
    """Nothing was appended since the reset."""
    word: ByteView
    """Where numbers are spelled before they join the message."""

    def __init__(self) -> None:
        self.lanes = aligned_lanes()
        self.state = Array(U64, 25)
        self.spare = Array(U64, 25)
        self.nothing = allocate_bytes(RATE_BYTES)
        self.nothing.fill(0)
        self.block = allocate_bytes(RATE_BYTES)
        self.position = U32(0)
        self.is_clean = True
        self.word = allocate_bytes(32)

    def reset(self) -> None:
        """Drop what was hashed so far."""
        self.lanes.fill(0)
        self.position = U32(0)
        self.is_clean = True

    def absorb(self, block: ByteView) -> None:
        """Xor the 136 bytes of `block` into the state, then apply keccak-f[1600]."""
        lanes = self.lanes
        assert block.length() == RATE_BYTES, "a block has 136 bytes"
        for i in srange(17):
            lanes.store_u64(8 * i, lanes.load_u64(8 * i) ^ block.load_u64(8 * i))
        if DELEGATED:
            run_steps(lanes)
        else:
            state = self.state
            for i in srange(25):
                state[i] = lanes.load_u64(8 * i) ^ KEPT[i]
            permute(state, self.spare, self.nothing)
            for i in srange(25):
                lanes.store_u64(8 * i, state[i] ^ KEPT[i])

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
                self.absorb(data.window(offset, RATE_BYTES))
            else:
                block.window(position, space).copy_from(data.window(offset, space))
                self.absorb(block)
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
            self.absorb(self.block)
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
        self.absorb(block)
        digest = Bytes32(self.lanes.window(0, 32).load_u256_be(0))
        self.reset()
        return digest

    def hash(self, data: ByteView) -> Bytes32:
        """The digest of `data` alone."""
        if not self.is_clean:
            self.reset()
        self.update(data)
        return self.finish()
