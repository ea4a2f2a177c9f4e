"""Changes of bytecode between instructions, so that immediates stay in place."""

import itertools
from typing import Final

from fuzz.strategies.expressions import ARITHMETIC
from fuzz.strategies.numbers import limbs, word
from fuzz.strategies.operands import operands
from fuzz.strategies.source import Source
from zkos.guest.evm.opcodes import OPCODES

_MOST_BYTES: Final = 24_576
_PUSH0: Final = 0x5F
_PUSH32: Final = 0x7F
_JUMPDEST: Final = 0x5B
_BY_SHAPE: Final[dict[tuple[int, int], list[int]]] = {}
for _row in OPCODES:
    _BY_SHAPE.setdefault((_row[4], _row[5]), []).append(_row[0])
_SHAPES: Final = {row[0]: (row[4], row[5]) for row in OPCODES}
_SNIPPETS: Final = tuple(
    bytes.fromhex(text)
    for text in (
        "5f5f",
        "80",
        "50",
        "5a",
        "3d",
        "60016001",
        "5f545f55",
        "60015f55",
        "5f5f55",
        "60015c60015d",
        "3d5f5f3e",
        "5f5f5f5f5f5f5af1",
        "5f5f5f5f5f5af4",
        "5f5f5f5f5f5afa",
        "5f5ff0",
        "5f5f5ff5",
        "5f5ffd",
        "5f5ff3",
        "30ff",
        "33ff",
        "5f80a0",
        "60205f20",
        "46",
        "48",
        "47",
        "3031",
        "303b",
        "303f",
        "fe",
    )
)
_SEEN: Final = {row[1]: bytes([row[0]]) + bytes.fromhex("5f5fa1") for row in OPCODES}
"""An opcode, and an event with its result."""
DEAD_CODE: Final = (b"\x5b", b"\x5f\x50", b"\x30\x50", b"\x5a\x50", b"\x38\x50")
"""Sequences that leave the stack, memory and state alone."""


def instructions(code: bytes) -> list[int]:
    """Where instructions begin, and the end of the code last."""
    starts, position = [], 0
    while position < len(code):
        starts.append(position)
        opcode = code[position]
        position += 1 + (opcode - _PUSH0 if _PUSH0 < opcode <= _PUSH32 else 0)
    return [*starts, len(code)]


def mutate_code(source: Source, code: bytes, donor: bytes) -> bytes:
    """Code with one change."""
    starts = instructions(code)
    at = starts[source.below(len(starts))]
    match source.below(8):
        case 0:
            made = code[:at] + _inserted(source) + code[at:]
        case 1:
            made = _without(source, code, starts)
        case 2:
            made = _immediate(source, code, starts)
        case 3:
            made = _opcode(source, code, starts)
        case 4:
            made = code[:at] + _piece(source, donor) + code[at:]
        case 5:
            cut = instructions(donor)
            made = code[:at] + donor[cut[source.below(len(cut))] :]
        case 6:
            made = code[:at] + _piece(source, code) + code[at:]
        case _:
            made = _flip(source, code)
    return made[:_MOST_BYTES]


def _inserted(source: Source) -> bytes:
    """A few instructions, or an operation at an edge whose result is seen."""
    if source.chance(70):
        return source.choose(_SNIPPETS)
    name = source.choose(ARITHMETIC)
    numbers = reversed(operands(source, name))
    return b"".join(push(number) for number in numbers) + _SEEN[name]


def push(number: int) -> bytes:
    """The shortest instruction that pushes a number."""
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([_PUSH0 + len(content)]) + content


def insert_dead_code(source: Source, code: bytes) -> bytes:
    """Code that does the same for more gas: jump targets are moved along."""
    if any(opcode in code for opcode in (0x38, 0x39, 0x58)):
        return code  # it can see its own text
    starts = instructions(code)
    at = starts[source.below(len(starts))]
    filler = source.choose(DEAD_CODE)
    moved = bytearray()
    for start, end in itertools.pairwise(starts):
        if start == at:
            moved += filler
        moved += _moved_push(code, start, end, at, len(filler))
    return bytes(moved) if at != len(code) else code + filler


def _moved_push(code: bytes, start: int, end: int, at: int, by: int) -> bytes:
    """An instruction, its immediate moved if it names a jump target after `at`."""
    width = end - start - 1
    target = int.from_bytes(code[start + 1 : end], "big")
    is_label = 0 < width <= 2 and target < len(code) and code[target] == _JUMPDEST
    if not is_label or target < at or (target + by) >> 8 * width:
        return code[start:end]
    return code[start : start + 1] + (target + by).to_bytes(width, "big")


def _without(source: Source, code: bytes, starts: list[int]) -> bytes:
    first = source.below(len(starts))
    last = min(first + source.integer(1, 6), len(starts) - 1)
    return code[: starts[first]] + code[starts[last] :]


def _piece(source: Source, code: bytes) -> bytes:
    starts = instructions(code)
    first = source.below(len(starts))
    last = min(first + source.integer(1, 16), len(starts) - 1)
    return code[starts[first] : starts[last]]


def _immediate(source: Source, code: bytes, starts: list[int]) -> bytes:
    """Another number in a PUSH."""
    pushes = [place for place in starts[:-1] if _PUSH0 <= code[place] <= _PUSH32]
    if not pushes:
        return code + push(word(source))
    at = source.choose(pushes)
    width = code[at] - _PUSH0
    if source.chance(50):
        fresh = limbs(source) if source.chance(30) else word(source)
        return code[:at] + push(fresh) + code[at + 1 + width :]
    number = int.from_bytes(code[at + 1 : at + 1 + width], "big")
    number = (number + source.integer(0, 4) - 2) % (1 << 8 * width or 1)
    return code[: at + 1] + number.to_bytes(width, "big") + code[at + 1 + width :]


def _opcode(source: Source, code: bytes, starts: list[int]) -> bytes:
    """Another opcode with the same effect on the stack height."""
    if len(starts) == 1:
        return code
    at = starts[source.below(len(starts) - 1)]
    alike = _BY_SHAPE.get(_SHAPES.get(code[at], (-1, -1)), [source.below(256)])
    return code[:at] + bytes([source.choose(alike)]) + code[at + 1 :]


def _flip(source: Source, code: bytes) -> bytes:
    """Any byte changed."""
    if not code:
        return bytes([source.below(256)])
    at = source.below(len(code))
    return code[:at] + bytes([source.below(256)]) + code[at + 1 :]
