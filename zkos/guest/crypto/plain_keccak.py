"""Keccak-256 with Ethereum's original padding (Keccak submission 3, rate 1088 bits).

A hasher is made once and reused. Bytes gather in `block`; a full block is absorbed
at once. A round makes row after row from the 25 lanes of the round before; what a row
needs is in scratch arrays that are only indexed by constants, so that the compiler
holds it in registers.
"""

from typing import Final

from zkos.lang.control import inline, noinline, srange, urange
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
# Lane x, y is number x + 5 y.
ROTATIONS: Final = (
    *(U32(0), U32(1), U32(62), U32(28), U32(27)),
    *(U32(36), U32(44), U32(6), U32(55), U32(20)),
    *(U32(3), U32(10), U32(43), U32(25), U32(39)),
    *(U32(41), U32(45), U32(15), U32(21), U32(8)),
    *(U32(18), U32(2), U32(61), U32(56), U32(14)),
)
"""How far rho turns each lane."""
SOURCES: Final = tuple(U32((x + 3 * y) % 5 + 5 * x) for y in range(5) for x in range(5))
"""From which lane pi takes each."""
NONE: Final = U64(0)
ALL: Final = U64(0xFFFFFFFFFFFFFFFF)


def _complemented(*lanes: int) -> tuple[U64, ...]:
    """What to xor with each lane so that these are complemented."""
    return tuple(ALL if i in lanes else NONE for i in range(25))


# Chi makes each lane from three: base ^ (~one & two). The lanes KEPT are held
# complemented all the time, so that the complement is nearly always there already or
# turns the `and` into an `or`; left are one complement a row, in these places.
KEPT: Final = _complemented(1, 2, 8, 12, 17, 20)
BASES: Final = _complemented(13, 18, 21)
ONES: Final = _complemented(1, 12, 17, 20)
TWOS: Final = _complemented(7)
IS_OR: Final = (
    *(True, True, False, True, False),
    *(True, False, True, True, False),
    *(True, False, False, True, False),
    *(False, True, True, False, True),
    *(False, True, False, True, False),
)
# Orders and choices that keep the registers of RV32 busy, found by trying.
ROWS: Final = (U32(3), U32(0), U32(1), U32(2), U32(4))
COLUMNS: Final = (U32(2), U32(3), U32(0), U32(4), U32(1))
CARRIED: Final = 0
"""The column whose parity is summed up while its lanes are made."""


@inline
def column_parity(lanes: Array[U64], x: U32) -> U64:
    """The sum of the five lanes of a column."""
    upper = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10]
    return upper ^ lanes[x + 15] ^ lanes[x + 20]


@inline
def turned_lane(lanes: Array[U64], effect: Array[U64], place: U32) -> U64:
    """What theta, rho and pi bring to a place."""
    source = SOURCES[place]
    return (lanes[source] ^ effect[source % 5]).rotate_left(ROTATIONS[source])


@inline
def mixed_lane(row: Array[U64], place: U32) -> U64:
    """What chi makes in a place of its row."""
    x = place % 5
    one = row[(x + 1) % 5] ^ ONES[place]
    two = row[(x + 2) % 5] ^ TWOS[place]
    both = one | two if IS_OR[place] else one & two
    return row[x] ^ BASES[place] ^ both


@noinline
def permute(state: Array[U64], spare: Array[U64], block: ByteView) -> None:
    """Xor the 136 bytes of `block` into `state`, then apply keccak-f[1600].

    Rounds go from one array to the other and back; `spare` is only room.
    """
    assert state.length() == 25, "the state has 25 lanes"
    assert spare.length() == 25, "the state has 25 lanes"
    assert block.length() == RATE_BYTES, "a block has 136 bytes"
    parity = scratch(U64, 5)
    effect = scratch(U64, 5)
    row = scratch(U64, 5)
    for i in srange(17):
        state[i] = state[i] ^ block.load_u64(8 * i)
    parity[CARRIED] = column_parity(state, U32(CARRIED))

    before = state
    after = spare
    for number in urange(ROUNDS):
        assert before.length() == 25, "the state has 25 lanes"
        assert after.length() == 25, "the state has 25 lanes"
        for x in srange(5):
            if x != CARRIED:
                parity[x] = column_parity(before, U32(x))
        for x in srange(5):
            effect[x] = parity[(x + 4) % 5] ^ parity[(x + 1) % 5].rotate_left(1)
        for i in srange(5):
            start = ROWS[i] * 5
            for j in srange(5):
                row[COLUMNS[j]] = turned_lane(before, effect, start + COLUMNS[j])
            for x in srange(5):
                lane = mixed_lane(row, start + x)
                if x == 0 and start == 0:
                    lane = lane ^ ROUND_CONSTANTS[number]
                after[start + x] = lane
                if x == CARRIED:
                    parity[x] = lane if i == 0 else parity[x] ^ lane
        swapped = before
        before = after
        after = swapped


class Keccak256:
    """A hasher: any number of updates, then `finish`, which begins a new message."""

    state: Array[U64]
    """Some lanes are complemented, see `KEPT`."""
    spare: Array[U64]
    block: ByteView
    position: U32
    """Bytes waiting in `block`, always less than the rate."""
    is_clean: bool
    """Nothing was appended since the reset."""
    word: ByteView
    """Where numbers are spelled before they join the message."""

    def __init__(self) -> None:
        self.state = Array(U64, 25)
        self.spare = Array(U64, 25)
        self.block = allocate_bytes(RATE_BYTES)
        self.position = U32(0)
        self.is_clean = True
        self.word = allocate_bytes(32)
        self.reset()

    def reset(self) -> None:
        """Drop what was hashed so far."""
        state = self.state
        for i in srange(25):
            state[i] = KEPT[i]
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
                permute(self.state, self.spare, data.window(offset, RATE_BYTES))
            else:
                block.window(position, space).copy_from(data.window(offset, space))
                permute(self.state, self.spare, block)
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
            permute(self.state, self.spare, self.block)
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
        permute(self.state, self.spare, block)
        word = self.word
        for i in srange(4):
            word.store_u64(8 * i, self.state[i] ^ KEPT[i])
        self.reset()
        return Bytes32(word.load_u256_be(0))

    def hash(self, data: ByteView) -> Bytes32:
        """The digest of `data` alone."""
        if not self.is_clean:
            self.reset()
        self.update(data)
        return self.finish()
