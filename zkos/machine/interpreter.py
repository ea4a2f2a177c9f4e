"""The RV32IM machine: one loop over pre-decoded entries.

Guest language; the host compiles it or runs it under CPython. Machine spec sections
2 to 6. Instructions are decoded when first met; a store into decoded code makes its
entry fresh again, so the plain profile runs self-modifying code as the upstream
simulator does, and the prover profile stops at the store.

An instruction that fails changes nothing and is not counted. The jump to itself that
ends a run is counted.
"""

from typing import Final

from zkos.lang.control import inline, noinline, srange
from zkos.lang.intrinsics import oracle_read, oracle_write
from zkos.lang.ints import I64, U8, U16, U32, U64
from zkos.lang.memory import Array, ByteView, scratch
from zkos.machine import operations
from zkos.machine.decode import DISCARD_SLOT, UNDECODED_ENTRY, decode
from zkos.machine.delegations import blake2s, u256_operation
from zkos.machine.keccak import keccak_step
from zkos.machine.state import (
    ABORTED,
    BAD_ACCESS,
    BAD_DELEGATION,
    CYCLE_LIMIT,
    FINISHED,
    HOST_ERROR,
    ILLEGAL_INSTRUCTION,
    MEMORY_BYTES,
    MISALIGNED,
    PROFILE_PROVER,
    REFUSED_INSTRUCTION,
    ROM_BYTES,
    ROM_WRITE,
    RUNNING,
    STATE_BLAKE2S,
    STATE_CYCLES,
    STATE_HOST_STOP,
    STATE_KECCAK,
    STATE_PC,
    STATE_ROM_CHANGED,
    STATE_U256,
    STATE_WORDS_READ,
    STATE_WORDS_WRITTEN,
)

RAM_BYTES: Final = MEMORY_BYTES - ROM_BYTES
ALL_ONES: Final = U32(0xFFFFFFFF)
MOST_NEGATIVE: Final = U32(0x80000000)
CODE_BYTES: Final = U32(2 * int(ROM_BYTES))
"""Size of the decoded code: two words for each word of ROM."""


def run(
    memory: ByteView, code: ByteView, state: ByteView, cycle_limit: U64, profile: U32
) -> U32:
    """Execute from `state` until the machine stops; the reason.

    `memory` is the address space, `code` 8 bytes for each word of the ROM, zero
    before the first run of an image. `cycle_limit` bounds the cycles of all runs on
    this state together.
    """
    assert memory.length() == MEMORY_BYTES, "the machine has 1 GiB"
    assert code.length() == CODE_BYTES, "an entry for every word of the ROM"
    registers = scratch(U32, 256)
    _load_registers(registers, state)
    pc = state.load_u32(STATE_PC)
    cycles = state.load_u64(STATE_CYCLES)
    reason = RUNNING if pc & 3 == 0 else MISALIGNED

    while reason == RUNNING:
        if cycles >= cycle_limit:
            reason = CYCLE_LIMIT
            break
        if pc < ROM_BYTES:
            entry = code.load_u64((pc >> 2) << 3)
        elif pc < MEMORY_BYTES:
            entry = decode(memory.load_u32(pc), pc, profile)
        else:
            reason = BAD_ACCESS
            break
        fields = U32.truncate(entry)
        immediate = U32.truncate(entry >> 32)
        rd = (fields >> 8) & 0xFF
        x = registers[(fields >> 16) & 0xFF]
        y = registers[fields >> 24]
        next_pc = pc.wrapping_add(4)

        match fields & 0x3F:
            case operations.UNDECODED:
                # Decode and come back, without a cycle.
                entry = decode(memory.load_u32(pc), pc, profile)
                code.store_u64((pc >> 2) << 3, entry)
                next_pc = pc
                cycles = cycles.wrapping_sub(1)
            case operations.LOAD_IMMEDIATE:  # LUI, AUIPC
                registers[rd] = immediate
            case operations.ADDI:
                registers[rd] = x.wrapping_add(immediate)
            case operations.SLTI:
                registers[rd] = _bit(x.to_signed() < immediate.to_signed())
            case operations.SLTIU:
                registers[rd] = _bit(x < immediate)
            case operations.XORI:
                registers[rd] = x ^ immediate
            case operations.ORI:
                registers[rd] = x | immediate
            case operations.ANDI:
                registers[rd] = x & immediate
            case operations.SLLI:
                registers[rd] = x << (immediate & 31)
            case operations.SRLI:
                registers[rd] = x >> (immediate & 31)
            case operations.SRAI:
                registers[rd] = (x.to_signed() >> (immediate & 31)).to_unsigned()
            case operations.ADD:
                registers[rd] = x.wrapping_add(y)
            case operations.SUB:
                registers[rd] = x.wrapping_sub(y)
            case operations.SLL:
                registers[rd] = x << (y & 31)
            case operations.SLT:
                registers[rd] = _bit(x.to_signed() < y.to_signed())
            case operations.SLTU:
                registers[rd] = _bit(x < y)
            case operations.XOR:
                registers[rd] = x ^ y
            case operations.SRL:
                registers[rd] = x >> (y & 31)
            case operations.SRA:
                registers[rd] = (x.to_signed() >> (y & 31)).to_unsigned()
            case operations.OR:
                registers[rd] = x | y
            case operations.AND:
                registers[rd] = x & y
            case operations.MUL:
                registers[rd] = x.wrapping_mul(y)
            case operations.MULH:
                product = I64(x.to_signed()).wrapping_mul(I64(y.to_signed()))
                registers[rd] = U32.truncate(product >> 32)
            case operations.MULHSU:
                product = I64(x.to_signed()).wrapping_mul(I64(y))
                registers[rd] = U32.truncate(product >> 32)
            case operations.MULHU:
                registers[rd] = x.mul_high(y)
            case operations.DIV:
                registers[rd] = _divide_signed(x, y)
            case operations.DIVU:
                registers[rd] = ALL_ONES if y == 0 else x // y
            case operations.REM:
                registers[rd] = _remainder_signed(x, y)
            case operations.REMU:
                registers[rd] = x if y == 0 else x % y
            case operations.LB:
                address = x.wrapping_add(immediate)
                if address >= MEMORY_BYTES:
                    reason = BAD_ACCESS
                    break
                registers[rd] = (U32(memory[address]) ^ 0x80).wrapping_sub(0x80)
            case operations.LH:
                address = x.wrapping_add(immediate)
                if address & 1 != 0 or address >= MEMORY_BYTES:
                    reason = _refused_access(address, U32(1))
                    break
                half = U32(memory.load_u16(address))
                registers[rd] = (half ^ 0x8000).wrapping_sub(0x8000)
            case operations.LW:
                address = x.wrapping_add(immediate)
                if address & 3 != 0 or address >= MEMORY_BYTES:
                    reason = _refused_access(address, U32(3))
                    break
                registers[rd] = memory.load_u32(address)
            case operations.LBU:
                address = x.wrapping_add(immediate)
                if address >= MEMORY_BYTES:
                    reason = BAD_ACCESS
                    break
                registers[rd] = U32(memory[address])
            case operations.LHU:
                address = x.wrapping_add(immediate)
                if address & 1 != 0 or address >= MEMORY_BYTES:
                    reason = _refused_access(address, U32(1))
                    break
                registers[rd] = U32(memory.load_u16(address))
            case operations.SB:
                address = x.wrapping_add(immediate)
                if address.wrapping_sub(ROM_BYTES) >= RAM_BYTES:
                    reason = _prepare_rom_store(code, state, address, profile)
                    if reason != RUNNING:
                        break
                memory[address] = U8.truncate(y)
            case operations.SH:
                address = x.wrapping_add(immediate)
                if address & 1 != 0:
                    reason = MISALIGNED
                    break
                if address.wrapping_sub(ROM_BYTES) >= RAM_BYTES:
                    reason = _prepare_rom_store(code, state, address, profile)
                    if reason != RUNNING:
                        break
                memory.store_u16(address, U16.truncate(y))
            case operations.SW:
                address = x.wrapping_add(immediate)
                if address & 3 != 0:
                    reason = MISALIGNED
                    break
                if address.wrapping_sub(ROM_BYTES) >= RAM_BYTES:
                    reason = _prepare_rom_store(code, state, address, profile)
                    if reason != RUNNING:
                        break
                memory.store_u32(address, y)
            case operations.BEQ:
                if x == y:
                    next_pc = immediate
            case operations.BNE:
                if x != y:
                    next_pc = immediate
            case operations.BLT:
                if x.to_signed() < y.to_signed():
                    next_pc = immediate
            case operations.BGE:
                if x.to_signed() >= y.to_signed():
                    next_pc = immediate
            case operations.BLTU:
                if x < y:
                    next_pc = immediate
            case operations.BGEU:
                if x >= y:
                    next_pc = immediate
            case operations.JAL:
                registers[rd] = next_pc
                next_pc = immediate
            case operations.JALR:
                target = x.wrapping_add(immediate) & 0xFFFFFFFE
                if target & 2 != 0:
                    reason = MISALIGNED
                    break
                if target == pc:
                    reason = FINISHED
                registers[rd] = next_pc
                next_pc = target
            case operations.STOPPING_BRANCH:  # a branch to itself or off alignment
                if _branches(rd, x, y):
                    if immediate != pc:
                        reason = MISALIGNED
                        break
                    reason = FINISHED
                    next_pc = pc
            case operations.STOPPING_JAL:  # JAL likewise
                if immediate != pc:
                    reason = MISALIGNED
                    break
                registers[rd] = next_pc
                reason = FINISHED
                next_pc = pc
            case operations.ORACLE:  # CSRRW 0x7c0
                reason = _exchange_words(registers, state, fields)
                if reason != RUNNING:
                    break
            case operations.BLAKE2S:  # CSRRW 0x7c7
                reason = BAD_DELEGATION if x != 0 else blake2s(memory, registers)
                if reason != RUNNING:
                    break
                registers[rd] = U32(0)
                _count(state, STATE_BLAKE2S)
            case operations.U256_OPERATION:  # CSRRW 0x7ca
                reason = BAD_DELEGATION if x != 0 else u256_operation(memory, registers)
                if reason != RUNNING:
                    break
                registers[rd] = U32(0)
                _count(state, STATE_U256)
            case operations.KECCAK_STEP:  # CSRRW 0x7cb
                reason = BAD_DELEGATION if x != 0 else keccak_step(memory, registers)
                if reason != RUNNING:
                    break
                registers[rd] = U32(0)
                _count(state, STATE_KECCAK)
            case operations.MARKER:  # CSRRW 0x7ff
                registers[rd] = U32(0)
            case operations.ABORT:  # CSRRW 0xc00
                reason = ABORTED
                break
            case operations.REFUSED:
                reason = REFUSED_INSTRUCTION
                break
            case operations.ILLEGAL | 55 | 56 | 57 | 58 | 59 | 60 | 61 | 62 | 63:
                reason = ILLEGAL_INSTRUCTION
                break

        pc = next_pc
        cycles = cycles.wrapping_add(1)

    _store_registers(registers, state)
    state.store_u32(STATE_PC, pc)
    state.store_u64(STATE_CYCLES, cycles)
    return reason


@inline
def _bit(condition: bool) -> U32:
    return U32(1) if condition else U32(0)


@noinline
def _divide_signed(x: U32, y: U32) -> U32:
    """DIV: -1 by zero, and the one overflow wraps."""
    if y == 0:
        return ALL_ONES
    if x == MOST_NEGATIVE and y == ALL_ONES:
        return x
    return x.to_signed().truncating_div(y.to_signed()).to_unsigned()


@noinline
def _remainder_signed(x: U32, y: U32) -> U32:
    """REM, with the sign of the dividend: x by zero, 0 where DIV overflows."""
    if y == 0:
        return x
    if y == ALL_ONES:
        return U32(0)
    return x.to_signed().truncating_rem(y.to_signed()).to_unsigned()


@noinline
def _refused_access(address: U32, alignment_mask: U32) -> U32:
    """Why an access failed."""
    return MISALIGNED if address & alignment_mask != 0 else BAD_ACCESS


@noinline
def _prepare_rom_store(
    code: ByteView, state: ByteView, address: U32, profile: U32
) -> U32:
    """A store outside RAM: refuse it, or forget what was decoded there."""
    if address >= MEMORY_BYTES:
        return BAD_ACCESS
    if profile == PROFILE_PROVER:
        return ROM_WRITE
    state.store_u32(STATE_ROM_CHANGED, U32(1))
    code.store_u64((address >> 2) << 3, UNDECODED_ENTRY)
    return RUNNING


@noinline
def _branches(funct3: U32, x: U32, y: U32) -> bool:
    """Whether the branch with this funct3 is taken."""
    match funct3:
        case 0:
            return x == y
        case 1:
            return x != y
        case 4:
            return x.to_signed() < y.to_signed()
        case 5:
            return x.to_signed() >= y.to_signed()
        case 6:
            return x < y
        case _:
            return x >= y


@noinline
def _exchange_words(registers: Array[U32], state: ByteView, fields: U32) -> U32:
    """CSRRW on the oracle: read unless rd is x0, then write unless rs1 is x0."""
    rd = (fields >> 8) & 0xFF
    rs1 = (fields >> 16) & 0xFF
    sent = registers[rs1]

    if rd != DISCARD_SLOT:
        word = oracle_read()
        if state.load_u32(STATE_HOST_STOP) != 0:
            return HOST_ERROR
        registers[rd] = word
        _count(state, STATE_WORDS_READ)
    if rs1 != 0:
        oracle_write(sent)
        _count(state, STATE_WORDS_WRITTEN)
    return RUNNING


@inline
def _count(state: ByteView, counter: U32) -> None:
    state.store_u64(counter, state.load_u64(counter).wrapping_add(1))


def _load_registers(registers: Array[U32], state: ByteView) -> None:
    registers[0] = U32(0)
    for i in srange(1, 32):
        registers[i] = state.load_u32(4 * i)


def _store_registers(registers: Array[U32], state: ByteView) -> None:
    for i in srange(1, 32):
        state.store_u32(4 * i, registers[i])
