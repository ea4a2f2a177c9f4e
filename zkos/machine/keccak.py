"""The Keccak delegation: keccak-f[1600] in 649 steps, each on a few lanes.

Guest language. x10 is the number of the step and is raised by each, x11 the address of
31 lanes: the state and six lanes of room. A round has 27 steps: five sum up a column
(and add the constant of the round before), two mix the sums, five add them, five turn
lanes, ten are chi, two for a row. Lanes stay where they are: where pi would bring them
is counted along. The last step adds the last constant.
"""

from typing import Final

from zkos.lang.control import inline, noinline, srange
from zkos.lang.ints import U32, U64
from zkos.lang.memory import Array, ByteView
from zkos.machine.state import BAD_DELEGATION, MEMORY_BYTES, ROM_BYTES, RUNNING

STEPS: Final = U32(649)
ROUND_STEPS: Final = U32(27)
LANES: Final = U32(31)
ALIGNMENT: Final = U32(256)
"""Of the lanes, in bytes."""
STATE_WINDOW: Final = LANES * 8
CONSTANTS: Final = (
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
"""Of iota, FIPS 202 section 3.2.5."""
TURNS: Final = (
    *(U32(0), U32(1), U32(62), U32(28), U32(27)),
    *(U32(36), U32(44), U32(6), U32(55), U32(20)),
    *(U32(3), U32(10), U32(43), U32(25), U32(39)),
    *(U32(41), U32(45), U32(15), U32(21), U32(8)),
    *(U32(18), U32(2), U32(61), U32(56), U32(14)),
)
"""Of rho, by x + 5 y."""


POWERS: Final = tuple(
    U32(int(digit))
    for digit in (
        "10011310431322434122"
        "02412002212031214431"
        "32440432400442401242"
        "33121433031430033430"
        "24341124231101231001"
    )
)
"""Where pi takes lanes from, once more each round: 25 matrices modulo 5, row by row."""
PLACES: Final = tuple(
    U32(
        (int(POWERS[4 * r]) * x + int(POWERS[4 * r + 1]) * y) % 5
        + 5 * ((int(POWERS[4 * r + 2]) * x + int(POWERS[4 * r + 3]) * y) % 5)
    )
    for r in range(25)
    for y in range(5)
    for x in range(5)
)
"""Where the lane x + 5 y is in each round, 25 for each of 25 rounds."""
SUM_OF: Final = (U32(29), U32(25), U32(26), U32(27), U32(28))
"""Which mixed sum a column takes."""


@noinline
def keccak_step(memory: ByteView, registers: Array[U32]) -> U32:
    """Run one step; `RUNNING`, or `BAD_DELEGATION` with nothing written."""
    step = registers[10]
    at = registers[11]
    if step >= STEPS or at < ROM_BYTES or at >= MEMORY_BYTES:
        return BAD_DELEGATION
    if at & (ALIGNMENT - 1) != 0:
        return BAD_DELEGATION
    lanes = memory.window(at, STATE_WINDOW)
    number = step // ROUND_STEPS
    part = step % ROUND_STEPS
    before = number * 25
    if step == STEPS - 1:
        put(lanes, U32(0), lane(lanes, U32(0)) ^ CONSTANTS[23])
    elif part < 5:
        _sum_column(lanes, number, part)
    elif part == 5:
        _mix_sums(lanes)
    elif part == 6:
        pass  # The sums take the circuit two steps.
    elif part < 12:
        _add_sum(lanes, before + part - 7, SUM_OF[part - 7])
    elif part < 17:
        _turn(lanes, before, part - 12)
    elif (part - 17) & 1 == 0:
        _chi_first(lanes, before + 25 + ((part - 17) >> 1) * 5)
    else:
        _chi_second(lanes, before + 25 + ((part - 17) >> 1) * 5)
    registers[10] = step + 1
    return RUNNING


@inline
def lane(lanes: ByteView, place: U32) -> U64:
    """One of the lanes."""
    return lanes.load_u64(place << 3)


@inline
def put(lanes: ByteView, place: U32, value: U64) -> None:
    """Write one of them."""
    lanes.store_u64(place << 3, value)


def _sum_column(lanes: ByteView, number: U32, x: U32) -> None:
    """The parity of a column; the first takes the constant of the last round."""
    first = number * 25 + x
    place = PLACES[first]
    value = lane(lanes, place)
    if x == 0 and number != 0:
        value = value ^ CONSTANTS[number - 1]
        put(lanes, place, value)
    for y in srange(1, 5):
        value = value ^ lane(lanes, PLACES[first + 5 * y])
    put(lanes, x + 25, value)


def _mix_sums(lanes: ByteView) -> None:
    """Each sum takes that of the second column from it, turned: theta's effect."""
    first = lane(lanes, U32(25))
    put(lanes, U32(25), first ^ lane(lanes, U32(27)).rotate_left(1))
    put(lanes, U32(27), lane(lanes, U32(27)) ^ lane(lanes, U32(29)).rotate_left(1))
    put(lanes, U32(29), lane(lanes, U32(29)) ^ lane(lanes, U32(26)).rotate_left(1))
    put(lanes, U32(26), lane(lanes, U32(26)) ^ lane(lanes, U32(28)).rotate_left(1))
    put(lanes, U32(28), lane(lanes, U32(28)) ^ first.rotate_left(1))


def _add_sum(lanes: ByteView, first: U32, column: U32) -> None:
    """Add a mixed sum to the lanes of a column."""
    effect = lane(lanes, column)
    for y in srange(5):
        place = PLACES[first + 5 * y]
        put(lanes, place, lane(lanes, place) ^ effect)


def _turn(lanes: ByteView, before: U32, x: U32) -> None:
    """Turn the lanes of a column (rho)."""
    for y in srange(5):
        place = PLACES[before + x + 5 * y]
        put(lanes, place, lane(lanes, place).rotate_left(TURNS[x + 5 * y]))


def _chi_first(lanes: ByteView, row: U32) -> None:
    """Lanes 1 and 2 of a row; what is needed of the old ones is kept aside."""
    one, two = PLACES[row + 1], PLACES[row + 2]
    three, four = PLACES[row + 3], PLACES[row + 4]
    x = lane(lanes, one)
    y = lane(lanes, two)
    z = lane(lanes, three)
    put(lanes, U32(26), x)
    put(lanes, U32(25), ~x & y)
    put(lanes, one, x ^ (~y & z))
    put(lanes, two, y ^ (~z & lane(lanes, four)))


def _chi_second(lanes: ByteView, row: U32) -> None:
    """Lanes 3, 4 and 0 of the same row."""
    zero, three, four = PLACES[row], PLACES[row + 3], PLACES[row + 4]
    v = lane(lanes, zero)
    y = lane(lanes, four)
    put(lanes, three, lane(lanes, three) ^ (~y & v))
    put(lanes, four, y ^ (~v & lane(lanes, U32(26))))
    mixed = v ^ lane(lanes, U32(25))
    put(lanes, zero, mixed)
    put(lanes, U32(27), mixed)
