"""The two delegations: a BLAKE2s round and 256-bit integer operations.

Guest language. Machine spec 4.1 and 4.2; arguments come in x10..x13. Both read all
operands before they write, and change nothing when the arguments are refused.
"""

from typing import Final

from zkos.lang.control import inline, noinline, srange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import Array, ByteView, scratch
from zkos.machine.state import BAD_DELEGATION, MEMORY_BYTES, ROM_BYTES, RUNNING

IV: Final = (
    *(U32(0x6A09E667), U32(0xBB67AE85), U32(0x3C6EF372), U32(0xA54FF53A)),
    *(U32(0x510E527F), U32(0x9B05688C), U32(0x1F83D9AB), U32(0x5BE0CD19)),
)
"""BLAKE2s initial value, RFC 7693 section 2.6."""
PARAMETERS: Final = U32(0x01010020)
"""Digest of 32 bytes, no key, fan-out and depth 1."""
SIGMA: Final = tuple(
    U32(int(digit, 16))
    for digit in (
        "0123456789abcdef"
        "ea489fd61c02b753"
        "b8c052fdae367194"
        "7931dcbe265a40f8"
        "905724afe1bc683d"
        "2c6a0b834d75fe19"
        "c51fed4a0763928b"
        "db7ec13950f4862a"
        "6fe9b308c2d714a5"
        "a2847615fb9e3cd0"
    )
)
"""Order of the message words in rounds 0 to 9, RFC 7693 section 2.7."""
ROUNDS: Final = U32(10)
EXTENDED_STATE: Final = U32(32)
"""Offset of v behind h, in bytes."""
MESSAGE_BYTES: Final = U32(64)
CONTROL_LAST_ROUND: Final = U32(1)
CONTROL_RIGHT_NODE: Final = U32(2)
CONTROL_COMPRESSION: Final = U32(4)

MASK_END: Final = U32(256)
MASK_CARRY: Final = U32(0x40)


@noinline
def blake2s(memory: ByteView, registers: Array[U32]) -> U32:
    """Run one BLAKE2s round; `RUNNING`, or `BAD_DELEGATION` with nothing written."""
    state_at = registers[10]
    message_at = registers[11]
    mask = registers[12]
    control = registers[13]
    if not _is_ram(state_at, U32(127)) or not _is_ram(message_at, U32(3)):
        return BAD_DELEGATION
    if message_at > MEMORY_BYTES - MESSAGE_BYTES or state_at == message_at:
        return BAD_DELEGATION
    if not _is_one_bit(mask) or mask.trailing_zeros() >= ROUNDS:
        return BAD_DELEGATION

    state = memory.window(state_at, U32(96))
    message = memory.window(message_at, MESSAGE_BYTES)
    v = scratch(U32, 16)
    m = scratch(U32, 16)
    for i in srange(16):
        v[i] = state.load_u32(32 + 4 * i)
    _load_message(m, state, message, control)
    if mask == 1:
        _start(v, state, control & CONTROL_COMPRESSION != 0)
    _round(v, m, mask.trailing_zeros())
    for i in srange(16):
        state.store_u32(32 + 4 * i, v[i])
    if control & CONTROL_LAST_ROUND != 0:
        _finish(v, state, control & CONTROL_COMPRESSION != 0)
    return RUNNING


def _load_message(
    m: Array[U32], state: ByteView, message: ByteView, control: U32
) -> None:
    """The block: `message`, or in compression mode h and half of it in order."""
    if control & CONTROL_COMPRESSION == 0:
        for i in srange(16):
            m[i] = message.load_u32(4 * i)
    elif control & CONTROL_RIGHT_NODE == 0:
        for i in srange(8):
            m[i] = state.load_u32(4 * i)
            m[8 + i] = message.load_u32(4 * i)
    else:
        for i in srange(8):
            m[i] = message.load_u32(4 * i)
            m[8 + i] = state.load_u32(4 * i)


@inline
def _start(v: Array[U32], state: ByteView, compression: bool) -> None:
    """What round 0 puts into v; outside compression v[12], v[14] are the caller's."""
    for i in srange(4):
        v[8 + i] = IV[i]
    v[13] = IV[5]
    v[15] = IV[7]
    if compression:
        for i in srange(8):
            v[i] = IV[i]
        v[0] = v[0] ^ PARAMETERS
        v[12] = IV[4] ^ MESSAGE_BYTES
        v[14] = ~IV[6]
    else:
        for i in srange(8):
            v[i] = state.load_u32(4 * i)


@inline
def _round(v: Array[U32], m: Array[U32], number: U32) -> None:
    """Columns, then diagonals."""
    row = number << 4
    for i in srange(4):
        x = m[SIGMA[row + 2 * i]]
        y = m[SIGMA[row + 2 * i + 1]]
        _mix(v, U32(i), U32(4 + i), U32(8 + i), U32(12 + i), x, y)
    for i in srange(4):
        x = m[SIGMA[row + 2 * i + 8]]
        y = m[SIGMA[row + 2 * i + 9]]
        b = U32(4 + (i + 1) % 4)
        _mix(v, U32(i), b, U32(8 + (i + 2) % 4), U32(12 + (i + 3) % 4), x, y)


@inline
def _mix(v: Array[U32], a: U32, b: U32, c: U32, d: U32, x: U32, y: U32) -> None:
    """The function G of RFC 7693."""
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x)
    v[d] = (v[d] ^ v[a]).rotate_right(16)
    v[c] = v[c].wrapping_add(v[d])
    v[b] = (v[b] ^ v[c]).rotate_right(12)
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y)
    v[d] = (v[d] ^ v[a]).rotate_right(8)
    v[c] = v[c].wrapping_add(v[d])
    v[b] = (v[b] ^ v[c]).rotate_right(7)


@inline
def _finish(v: Array[U32], state: ByteView, compression: bool) -> None:
    """Fold v into h."""
    for i in srange(8):
        before = IV[i] if compression else state.load_u32(4 * i)
        state.store_u32(4 * i, before ^ v[i] ^ v[8 + i])
    if compression:
        state.store_u32(0, state.load_u32(0) ^ PARAMETERS)


@noinline
def u256_operation(memory: ByteView, registers: Array[U32]) -> U32:
    """Run one 256-bit operation; `RUNNING`, or `BAD_DELEGATION`, nothing written."""
    a_at = registers[10]
    b_at = registers[11]
    mask = registers[12]
    if not _is_ram(a_at, U32(31)) or not _is_ram(b_at, U32(31)) or a_at == b_at:
        return BAD_DELEGATION
    if mask >= MASK_END or not _is_one_bit(mask & ~MASK_CARRY):
        return BAD_DELEGATION

    a = memory.load_u256(a_at)
    b = memory.load_u256(b_at)
    result, flag = _operate(mask & ~MASK_CARRY, mask & MASK_CARRY != 0, a, b)
    memory.store_u256(a_at, result)
    registers[12] = U32(1) if flag else U32(0)
    return RUNNING


@inline
def _operate(operation: U32, carry: bool, a: U256, b: U256) -> tuple[U256, bool]:
    """The result and the flag of the operation with this bit."""
    match operation:
        case 0x01:
            return a.add_carry(b, carry)
        case 0x02:
            return a.sub_borrow(b, carry)
        case 0x04:
            return b.sub_borrow(a, carry)
        case 0x08:
            return a.wrapping_mul(b), a.mul_high(b) != 0
        case 0x10:
            return a.mul_high(b), False
        case 0x20:
            return a, a == b
        case _:
            return b.add_carry(U256(0), carry)


@inline
def _is_ram(address: U32, alignment_mask: U32) -> bool:
    in_ram = address >= ROM_BYTES and address < MEMORY_BYTES
    return in_ram and address & alignment_mask == 0


@inline
def _is_one_bit(mask: U32) -> bool:
    return mask != 0 and mask & mask.wrapping_sub(1) == 0
