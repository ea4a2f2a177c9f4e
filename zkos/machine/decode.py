"""Instruction words to the entries the interpreter dispatches on.

Guest language. An entry is 64 bits: operation (bits 0..7), destination slot (8..15),
first and second source register (16..23, 24..31), immediate (32..63). Everything
known before execution is settled here: immediates are sign-extended, branch targets
and AUIPC results absolute, x0 as destination becomes a slot nobody reads, and jumps
that would stop the machine have operations of their own. An all-zero entry means
"not decoded yet".
"""

from typing import Final

from zkos.lang.control import inline
from zkos.lang.ints import U32, U64
from zkos.lang.memory import ByteView
from zkos.machine import operations
from zkos.machine.state import PROFILE_PROVER

UNDECODED_ENTRY: Final = U64(0)
ILLEGAL_ENTRY: Final = U64(53)
DISCARD_SLOT: Final = U32(32)
"""Where results for x0 go."""

FUNCT7_MULDIV: Final = U32(0x01)
FUNCT7_ALTERNATE: Final = U32(0x20)
"""SUB, SRA, SRAI."""

CSR_ORACLE: Final = U32(0x7C0)
CSR_BLAKE2S: Final = U32(0x7C7)
CSR_U256: Final = U32(0x7CA)
CSR_KECCAK: Final = U32(0x7CB)
CSR_MARKER: Final = U32(0x7FF)
CSR_ABORT: Final = U32(0xC00)

SIGNED_MULDIV: Final = U32(0b01010110)
"""Bit funct3 is set for MULH, MULHSU, DIV and REM."""


def decode(word: U32, pc: U32, profile: U32) -> U64:
    """The entry of the instruction `word` at address `pc`."""
    match word & 0x7F:
        case 0x37:  # LUI
            return _entry(operations.LOAD_IMMEDIATE, _rd(word), word & 0xFFFFF000)
        case 0x17:  # AUIPC
            return _entry(
                operations.LOAD_IMMEDIATE, _rd(word), pc.wrapping_add(word & 0xFFFFF000)
            )
        case 0x6F:  # JAL
            target = pc.wrapping_add(_immediate_j(word))
            stops = target == pc or target & 3 != 0
            return _entry(
                operations.STOPPING_JAL if stops else operations.JAL, _rd(word), target
            )
        case 0x67:  # JALR
            if _funct3(word) != 0:
                return ILLEGAL_ENTRY
            return _entry(operations.JALR, _rd(word) | _rs1(word), _immediate_i(word))
        case 0x63:
            return _decode_branch(word, pc)
        case 0x03:
            operation = operations.LOADS[_funct3(word)]
            return _checked(operation, _rd(word) | _rs1(word), _immediate_i(word))
        case 0x23:
            operation = operations.STORES[_funct3(word)]
            return _checked(operation, _rs1(word) | _rs2(word), _immediate_s(word))
        case 0x13:
            return _decode_immediate(word)
        case 0x33:
            return _decode_register(word, profile)
        case 0x73:
            return _decode_csr(word)
        case _:
            return ILLEGAL_ENTRY


def decode_image(image: ByteView, entries: ByteView, profile: U32) -> None:
    """The entries of all words of an image, whether they are instructions or not."""
    pc = U32(0)
    while pc < image.length():
        entries.store_u64(pc << 1, decode(image.load_u32(pc), pc, profile))
        pc += 4


def _decode_branch(word: U32, pc: U32) -> U64:
    funct3 = _funct3(word)
    operation = operations.BRANCHES[funct3]
    target = pc.wrapping_add(_immediate_b(word))
    sources = _rs1(word) | _rs2(word)

    if operation == operations.ILLEGAL:
        return ILLEGAL_ENTRY
    if target == pc or target & 3 != 0:
        return _entry(operations.STOPPING_BRANCH, sources | funct3 << 8, target)
    return _entry(operation, sources, target)


def _decode_immediate(word: U32) -> U64:
    """ADDI to ANDI and the shifts by a constant."""
    funct3 = _funct3(word)
    funct7 = word >> 25
    operands = _rd(word) | _rs1(word)
    count = (word >> 20) & 31

    if funct3 == 1:
        if funct7 != 0:
            return ILLEGAL_ENTRY
        return _entry(operations.SLLI, operands, count)
    if funct3 == 5:
        if funct7 == FUNCT7_ALTERNATE:
            return _entry(operations.SRAI, operands, count)
        if funct7 != 0:
            return ILLEGAL_ENTRY
        return _entry(operations.SRLI, operands, count)
    return _entry(operations.IMMEDIATES[funct3], operands, _immediate_i(word))


def _decode_register(word: U32, profile: U32) -> U64:
    """The three-register instructions of I and M."""
    funct3 = _funct3(word)
    funct7 = word >> 25
    operands = _rd(word) | _rs1(word) | _rs2(word)

    if funct7 == 0:
        return _entry(operations.REGISTERS[funct3], operands, U32(0))
    if funct7 == FUNCT7_ALTERNATE:
        if funct3 == 0:
            return _entry(operations.SUB, operands, U32(0))
        if funct3 == 5:
            return _entry(operations.SRA, operands, U32(0))
        return ILLEGAL_ENTRY
    if funct7 != FUNCT7_MULDIV:
        return ILLEGAL_ENTRY
    if profile == PROFILE_PROVER and (SIGNED_MULDIV >> funct3) & 1 != 0:
        return _entry(operations.REFUSED, operands, U32(0))
    return _entry(operations.MULDIV[funct3], operands, U32(0))


def _decode_csr(word: U32) -> U64:
    """CSRRW on the machine's registers; the immediate is 0 if rd is x0, else 1."""
    if _funct3(word) != 1:
        return ILLEGAL_ENTRY
    operands = _rd(word) | _rs1(word)
    reads = U32(0) if (word >> 7) & 31 == 0 else U32(1)

    match word >> 20:
        case 0x7C0:
            return _entry(operations.ORACLE, operands, reads)
        case 0x7C7:
            return _entry(operations.BLAKE2S, operands, reads)
        case 0x7CA:
            return _entry(operations.U256_OPERATION, operands, reads)
        case 0x7CB:
            return _entry(operations.KECCAK_STEP, operands, reads)
        case 0x7FF:
            return _entry(operations.MARKER, operands, reads)
        case 0xC00:
            return _entry(operations.ABORT, operands, reads)
        case _:
            return ILLEGAL_ENTRY


def _checked(operation: U32, operands: U32, immediate: U32) -> U64:
    """An entry, all fields clear if the operation is illegal."""
    if operation == operations.ILLEGAL:
        return ILLEGAL_ENTRY
    return _entry(operation, operands, immediate)


@inline
def _entry(operation: U32, operands: U32, immediate: U32) -> U64:
    """Join operation, operand fields in their places, and immediate."""
    return U64(immediate) << 32 | U64(operands | operation)


@inline
def _rd(word: U32) -> U32:
    """The destination slot in its place in an entry."""
    number = (word >> 7) & 31
    return (DISCARD_SLOT if number == 0 else number) << 8


@inline
def _rs1(word: U32) -> U32:
    return ((word >> 15) & 31) << 16


@inline
def _rs2(word: U32) -> U32:
    return ((word >> 20) & 31) << 24


@inline
def _funct3(word: U32) -> U32:
    return (word >> 12) & 7


@inline
def _immediate_i(word: U32) -> U32:
    return (word.to_signed() >> 20).to_unsigned()


@inline
def _immediate_s(word: U32) -> U32:
    high = (word.to_signed() >> 20).to_unsigned() & 0xFFFFFFE0
    return high | (word >> 7) & 31


@inline
def _immediate_b(word: U32) -> U32:
    sign = (word.to_signed() >> 19).to_unsigned() & 0xFFFFF000
    middle = (word >> 20) & 0x7E0 | (word >> 7) & 0x1E
    return sign | (word << 4) & 0x800 | middle


@inline
def _immediate_j(word: U32) -> U32:
    sign = (word.to_signed() >> 11).to_unsigned() & 0xFFF00000
    return sign | word & 0xFF000 | (word >> 9) & 0x800 | (word >> 20) & 0x7FE
