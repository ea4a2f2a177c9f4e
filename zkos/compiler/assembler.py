"""RV32IM instructions as words, and a small assembler with labels.

One table of encodings, read by the assembler here and by the machine's disassembler.
Used for the start-up code, the linker's patches and the tests. Source: the RISC-V
unprivileged specification, chapters RV32I, M and Zicsr.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Format = Literal["R", "I", "shift", "load", "S", "B", "U", "J", "csr"]


@dataclass(frozen=True)
class Encoding:
    """The fixed bits of one instruction and the way its operands are laid out."""

    layout: Format
    opcode: int
    funct3: int = 0
    funct7: int = 0


class EncodingError(ValueError):
    """An operand does not fit its field."""


OPCODE_LOAD: Final = 0x03
OPCODE_IMMEDIATE: Final = 0x13
OPCODE_AUIPC: Final = 0x17
OPCODE_STORE: Final = 0x23
OPCODE_REGISTER: Final = 0x33
OPCODE_LUI: Final = 0x37
OPCODE_BRANCH: Final = 0x63
OPCODE_JALR: Final = 0x67
OPCODE_JAL: Final = 0x6F
OPCODE_SYSTEM: Final = 0x73


def _family(
    layout: Format, opcode: int, names: Iterable[str], funct7: int = 0
) -> dict[str, Encoding]:
    """Number `names` by funct3 in order; an empty name is an unused number."""
    return {
        name: Encoding(layout, opcode, funct3, funct7)
        for funct3, name in enumerate(names)
        if name
    }


ENCODINGS: Final[dict[str, Encoding]] = {
    "lui": Encoding("U", OPCODE_LUI),
    "auipc": Encoding("U", OPCODE_AUIPC),
    "jal": Encoding("J", OPCODE_JAL),
    "jalr": Encoding("load", OPCODE_JALR),
    **_family("B", OPCODE_BRANCH, ("beq", "bne", "", "", "blt", "bge", "bltu", "bgeu")),
    **_family("load", OPCODE_LOAD, ("lb", "lh", "lw", "", "lbu", "lhu")),
    **_family("S", OPCODE_STORE, ("sb", "sh", "sw")),
    **_family(
        "I",
        OPCODE_IMMEDIATE,
        ("addi", "", "slti", "sltiu", "xori", "", "ori", "andi"),
    ),
    **_family("shift", OPCODE_IMMEDIATE, ("", "slli", "", "", "", "srli")),
    "srai": Encoding("shift", OPCODE_IMMEDIATE, 5, 0x20),
    **_family(
        "R", OPCODE_REGISTER, ("add", "sll", "slt", "sltu", "xor", "srl", "or", "and")
    ),
    "sub": Encoding("R", OPCODE_REGISTER, 0, 0x20),
    "sra": Encoding("R", OPCODE_REGISTER, 5, 0x20),
    **_family(
        "R",
        OPCODE_REGISTER,
        ("mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"),
        funct7=1,
    ),
    "csrrw": Encoding("csr", OPCODE_SYSTEM, 1),
}

REGISTERS: Final = (
    *("zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"),
    *(f"a{number}" for number in range(8)),
    *(f"s{number}" for number in range(2, 12)),
    *(f"t{number}" for number in range(3, 7)),
)
(ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1) = range(10)
(A0, A1, A2, A3, A4, A5, A6, A7) = range(10, 18)
(S2, S3, S4, S5, S6, S7, S8, S9, S10, S11) = range(18, 28)
(T3, T4, T5, T6) = range(28, 32)


def encode(name: str, *operands: int) -> int:
    """The word of an instruction.

    Operands come as in assembly text, offsets in bytes: `add rd, rs1, rs2`;
    `addi rd, rs1, immediate`; `lw rd, rs1, offset`; `sw rs2, rs1, offset`;
    `beq rs1, rs2, offset`; `lui rd, upper 20 bits`; `jal rd, offset`;
    `jalr rd, rs1, offset`; `csrrw rd, csr, rs1`. Raises `EncodingError`.
    """
    encoding = ENCODINGS[name]
    word = encoding.opcode | encoding.funct3 << 12
    first, second, third = (*operands, 0)[:3]
    match encoding.layout:
        case "R":
            registers = first << 7 | second << 15 | third << 20
            return word | registers | encoding.funct7 << 25
        case "I" | "load":
            return word | first << 7 | second << 15 | immediate_i(third)
        case "shift":
            count = _unsigned(third, 5) | encoding.funct7 << 5
            return word | first << 7 | second << 15 | count << 20
        case "S":
            return word | first << 20 | second << 15 | immediate_s(third)
        case "B":
            return word | first << 15 | second << 20 | immediate_b(third)
        case "U":
            return encoding.opcode | first << 7 | _unsigned(second, 20) << 12
        case "J":
            return encoding.opcode | first << 7 | immediate_j(second)
        case "csr":
            return word | first << 7 | third << 15 | _unsigned(second, 12) << 20


def immediate_i(value: int) -> int:
    """A signed 12-bit immediate in its place in an I-type word."""
    return _signed(value, 12) << 20


def immediate_s(value: int) -> int:
    """A signed 12-bit immediate in its places in a store."""
    bits = _signed(value, 12)
    return bits >> 5 << 25 | (bits & 0x1F) << 7


def immediate_b(offset: int) -> int:
    """An even signed 13-bit offset in its places in a branch."""
    bits = _signed(offset, 13)
    if bits & 1:
        raise EncodingError(f"odd branch offset {offset}")
    middle = (bits >> 5 & 0x3F) << 25 | (bits >> 1 & 0xF) << 8
    return bits >> 12 << 31 | middle | (bits >> 11 & 1) << 7


def immediate_j(offset: int) -> int:
    """An even signed 21-bit offset in its places in a JAL."""
    bits = _signed(offset, 21)
    if bits & 1:
        raise EncodingError(f"odd jump offset {offset}")
    low = (bits >> 1 & 0x3FF) << 21 | (bits >> 11 & 1) << 20
    return bits >> 20 << 31 | low | (bits >> 12 & 0xFF) << 12


def upper_20(value: int) -> int:
    """The 20 bits for `lui` or `auipc` so that adding `lower_12` gives `value`."""
    return (value + 0x800 >> 12) & 0xFFFFF


def lower_12(value: int) -> int:
    """The signed low 12 bits of `value`."""
    return (value + 0x800 & 0xFFF) - 0x800


def _signed(value: int, bits: int) -> int:
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise EncodingError(f"{value} does not fit {bits} signed bits")
    return value & (1 << bits) - 1


def _unsigned(value: int, bits: int) -> int:
    if not 0 <= value < 1 << bits:
        raise EncodingError(f"{value} does not fit {bits} bits")
    return value


class Assembler:
    """Collects instructions; branch and jump targets may be labels."""

    def __init__(self, base: int = 0) -> None:
        self.base: Final = base
        self.labels: Final[dict[str, int]] = {}
        self._lines: Final[list[tuple[str, tuple[int | str, ...]]]] = []

    @property
    def here(self) -> int:
        """Address of the next instruction."""
        return self.base + 4 * len(self._lines)

    def label(self, name: str) -> None:
        """Name the next instruction."""
        self.labels[name] = self.here

    def emit(self, name: str, *operands: int | str) -> None:
        """Append one instruction, as for `encode`; a `str` operand is a label."""
        self._lines.append((name, operands))

    def word(self, value: int) -> None:
        """Append a word as it is."""
        self._lines.append((".word", (value & 0xFFFFFFFF,)))

    def load_constant(self, register: int, value: int) -> None:
        """Set a register to a 32-bit value; always two instructions."""
        self.emit("lui", register, upper_20(value))
        self.emit("addi", register, register, lower_12(value))

    def call(self, target: int) -> None:
        """Call an absolute address, any distance; always two instructions."""
        distance = target - self.here
        self.emit("auipc", RA, upper_20(distance))
        self.emit("jalr", RA, RA, lower_12(distance))

    def code(self) -> bytes:
        """The instructions as little-endian words. Raises `EncodingError`."""
        words = (self._word(index) for index in range(len(self._lines)))
        return b"".join(word.to_bytes(4, "little") for word in words)

    def _word(self, index: int) -> int:
        name, operands = self._lines[index]
        address = self.base + 4 * index
        numbers = [
            self.labels[operand] - address if isinstance(operand, str) else operand
            for operand in operands
        ]
        return numbers[0] if name == ".word" else encode(name, *numbers)
