"""Instruction words as text, for traces and messages about a stop."""

from typing import Final

from zkos.compiler.assembler import ENCODINGS, REGISTERS, Encoding

CSR_NAMES: Final = {
    0x7C0: "oracle",
    0x7C7: "blake2s",
    0x7CA: "u256",
    0x7CB: "keccak",
    0x7FF: "marker",
    0xC00: "abort",
}
_BY_FIELDS: Final = {
    (encoding.opcode, encoding.funct3, encoding.funct7): (name, encoding)
    for name, encoding in ENCODINGS.items()
}


def disassemble(word: int, pc: int = 0) -> str:
    """The instruction `word` at `pc`, or `.word` if the machine has none such."""
    found = _find(word)
    if found is None:
        return f".word {word:#010x}"
    name, encoding = found
    return f"{name} {_operands(word, pc, encoding)}"


def _find(word: int) -> tuple[str, Encoding] | None:
    opcode, funct3, funct7 = word & 0x7F, word >> 12 & 7, word >> 25
    for fields in ((opcode, funct3, funct7), (opcode, funct3, 0), (opcode, 0, 0)):
        name, encoding = _BY_FIELDS.get(fields, ("", None))
        if encoding is not None and _fields(word, encoding) == fields:
            return name, encoding
    return None


def _fields(word: int, encoding: Encoding) -> tuple[int, int, int]:
    """The fields that tell the instruction, those its layout lacks as 0."""
    funct3 = 0 if encoding.layout in ("U", "J") else word >> 12 & 7
    funct7 = word >> 25 if encoding.layout in ("R", "shift") else 0
    return word & 0x7F, funct3, funct7


def _operands(word: int, pc: int, encoding: Encoding) -> str:
    rd, rs1, rs2 = (REGISTERS[word >> shift & 31] for shift in (7, 15, 20))
    match encoding.layout:
        case "R":
            return f"{rd}, {rs1}, {rs2}"
        case "I":
            return f"{rd}, {rs1}, {_signed(word >> 20, 12)}"
        case "load":
            return f"{rd}, {_signed(word >> 20, 12)}({rs1})"
        case "shift":
            return f"{rd}, {rs1}, {word >> 20 & 31}"
        case "S":
            return f"{rs2}, {_signed(word >> 25 << 5 | word >> 7 & 31, 12)}({rs1})"
        case "B":
            offset = word >> 31 << 12 | (word >> 7 & 1) << 11
            offset |= (word >> 25 & 0x3F) << 5 | (word >> 8 & 0xF) << 1
            return f"{rs1}, {rs2}, {pc + _signed(offset, 13):#x}"
        case "U":
            return f"{rd}, {word >> 12:#x}"
        case "J":
            offset = word >> 31 << 20 | (word >> 12 & 0xFF) << 12
            offset |= (word >> 20 & 1) << 11 | (word >> 21 & 0x3FF) << 1
            return f"{rd}, {pc + _signed(offset, 21):#x}"
        case "csr":
            csr = word >> 20
            return f"{rd}, {CSR_NAMES.get(csr, hex(csr))}, {rs1}"


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> bits - 1 else value
