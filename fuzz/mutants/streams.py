"""The hunt by random instructions: a changed machine against the plain one.

Programs are straight lines of arithmetic, memory accesses and jumps forward, with the
numbers at the edges in registers, which end at a jump to themselves.
"""

from functools import cache
from typing import Final

from fuzz.mutants.mutant import Mutant, Where, source_of
from fuzz.strategies.source import Source
from zkos.compiler.codegen import HURRIED, object_code
from zkos.machine.engines import NativeEngine
from zkos.machine.execution import Engine
from zkos.machine.machine import Machine

LENGTH: Final = 40
CYCLE_LIMIT: Final = 4_000
RAM: Final = 0x0020_0000
_EDGES: Final = (0, 1, 2, 3, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFF)
_REGISTERS: Final = (*range(5, 16), 0)
_OPERANDS: Final = (5, 6, 7, 8, 9, 13, 14, 15)
"""Free while a delegation is set up."""
_BASE: Final = 20
_SCRATCH: Final = 21
_BLAKE2S: Final = 0x7C7
_U256: Final = 0x7CA


class StreamPair:
    """A changed machine and the plain one."""

    def __init__(self, mutant: Mutant) -> None:
        self._changed: Final = Machine(_engine(mutant))
        self._plain: Final = _plain()

    def attempt(self, seed: int, number: int) -> str | None:
        """Run program `number` of a seed: what differed, or None."""
        image = program(source_of(seed, number))
        one = self._changed.run(image, None, CYCLE_LIMIT)
        two = self._plain.run(image, None, CYCLE_LIMIT)
        if one.reason is not two.reason:
            return f"stops with {one.reason.text} instead of {two.reason.text}"
        for name in ("registers", "cycles", "delegations"):
            if getattr(one, name) != getattr(two, name):
                return str(name)
        return None


def _engine(mutant: Mutant) -> Engine:
    if mutant.where is not Where.TRANSLATOR:
        return NativeEngine(mutant.variant)
    # Imported here: the fault was planted in what this imports.
    from zkos.machine.translator.engine import TranslatedEngine

    return TranslatedEngine(every=True, compile_text=_compiled)


def _compiled(text: str) -> bytes:
    return object_code(text, HURRIED)


@cache
def _plain() -> Machine:
    return Machine("native")


def program(source: Source) -> bytes:
    """A random image."""
    words: list[int] = []
    for register in _REGISTERS:
        value = source.choose(_EDGES) if source.chance(70) else source.below(1 << 32)
        words += _constant(register, value)
    # Two places in RAM whose distance suits both delegations.
    words += _constant(_BASE, RAM + 512 * source.below(4))
    if source.chance(20):
        words += _delegation(source)
    for _ in range(LENGTH):
        words += _instruction(source)
    words.append(0x0000006F)  # jump to itself
    return b"".join(word.to_bytes(4, "little") for word in words)


def _constant(register: int, value: int) -> list[int]:
    """LUI and ADDI."""
    low = value & 0xFFF
    high = (value + 0x800) >> 12 & 0xFFFFF
    return [
        high << 12 | register << 7 | 0x37,
        low << 20 | register << 15 | register << 7 | 0x13,
    ]


def _instruction(source: Source) -> list[int]:
    rd, rs1, rs2 = (source.choose(_REGISTERS) for _ in range(3))
    kind = source.below(10)
    if kind < 4:
        return [_operation(source, rd, rs1, rs2)]
    if kind < 6:
        return [_immediate(source, rd, rs1)]
    if kind < 8:
        return [_access(source, rd, rs2)]
    if kind == 8:
        funct3 = source.choose((0, 1, 4, 5, 6, 7))
        skip = 8  # over the next instruction
        encoded = (skip >> 1 & 0xF) << 8 | (skip >> 5 & 0x3F) << 25
        head = rs2 << 20 | rs1 << 15 | funct3 << 12 | 0x63
        return [encoded | head, _immediate(source, rd, rd)]
    return _jump(source, rd)


def _jump(source: Source, rd: int) -> list[int]:
    """A jump over an instruction, its target odd sometimes, or made at run time."""
    offset = 16 + source.choose((0, 0, 1, 1, 2))
    words = [_SCRATCH << 7 | 0x17]  # AUIPC
    if source.chance(50):
        offset += 4
        words.append(_SCRATCH << 15 | _SCRATCH << 7 | 0x13)
    return [
        *words,
        offset << 20 | _SCRATCH << 15 | rd << 7 | 0x67,
        _immediate(source, rd, rd),
        0x00000013,
    ]


def _operation(source: Source, rd: int, rs1: int, rs2: int) -> int:
    funct3 = source.below(8)
    funct7 = 1 if source.chance(60) else 0
    if funct7 == 0 and funct3 in (0, 5) and source.chance(50):
        funct7 = 0x20
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33


def _immediate(source: Source, rd: int, rs1: int) -> int:
    funct3 = source.below(8)
    immediate = source.below(1 << 12)
    if funct3 == 1:
        immediate &= 31
    elif funct3 == 5:
        immediate = immediate & 31 | (0x400 if source.chance(50) else 0)
    return immediate << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x13


def _access(source: Source, rd: int, rs2: int) -> int:
    """A load or a store, misaligned once in a while."""
    size = source.below(3)
    offset = source.below(64) << size
    if source.chance(2):
        offset += 1 + source.below(3)
    if source.chance(50):
        high, low = offset >> 5 & 0x7F, offset & 0x1F
        return high << 25 | rs2 << 20 | _BASE << 15 | size << 12 | low << 7 | 0x23
    funct3 = size | (4 if size < 2 and source.chance(50) else 0)
    return offset << 20 | _BASE << 15 | funct3 << 12 | rd << 7 | 0x03


def _delegation(source: Source) -> list[int]:
    """Operands, registers x10 to x13, the call of a circuit, the result."""
    blake2s = source.chance(50)
    mask = 1 << source.below(10 if blake2s else 7)
    if not blake2s and source.chance(50):
        mask |= 0x40
    number = _BLAKE2S if blake2s else _U256
    words = _constant(10, RAM + 128 * source.below(4))
    words += _constant(11, RAM + 1024 + 128 * source.below(4))
    for base in (10, 11):
        for place in range(8):
            words.append(_store_word(source.choose(_OPERANDS), base, 4 * place))
    words += _constant(12, mask)
    words += _constant(13, source.below(8))
    words.append(number << 20 | 1 << 12 | 0x73)
    return words + [
        _load_word(register, 10, 4 * place) for place, register in enumerate(_OPERANDS)
    ]


def _store_word(register: int, base: int, offset: int) -> int:
    high, low = offset >> 5, offset & 0x1F
    return high << 25 | register << 20 | base << 15 | 2 << 12 | low << 7 | 0x23


def _load_word(register: int, base: int, offset: int) -> int:
    return offset << 20 | base << 15 | 2 << 12 | register << 7 | 0x03
