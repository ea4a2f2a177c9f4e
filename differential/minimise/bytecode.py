"""EVM code as instructions that can be left out without breaking its jumps.

A PUSH whose number is the place of a JUMPDEST is taken for a label and follows it;
the guess costs nothing, since every candidate is run. What follows data that is no
code is kept as instructions too: it is only bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from differential.minimise.reduction import leave_out
from zkos.guest.evm.opcodes import OPCODES

JUMPDEST: Final = 0x5B
POP: Final = 0x50
PUSH0: Final = 0x5F
STOP: Final = 0x00
ENDS_BLOCK: Final = frozenset((0x00, 0x56, 0x57, 0xF3, 0xFD, 0xFE, 0xFF))
_ROWS: Final = {row[0]: row for row in OPCODES}


@dataclass(frozen=True, slots=True)
class Instruction:
    """An opcode and its immediate; a label is the JUMPDEST it points at."""

    opcode: int
    immediate: bytes = b""
    own_place: int = -1
    """Where a JUMPDEST was in the code as first read; its name."""
    label: int = -1
    """Of a PUSH: the name of the JUMPDEST it points at."""

    @property
    def size(self) -> int:
        """In bytes."""
        return 1 + len(self.immediate)


Code = tuple[Instruction, ...]
Test = Callable[[bytes], bool]


def disassemble(code: bytes) -> Code:
    """The instructions of a code; `assemble` gives back the same bytes."""
    places = {place for place, opcode, _ in _walk(code) if opcode == JUMPDEST}
    instructions = []
    for place, opcode, immediate in _walk(code):
        target = int.from_bytes(immediate, "big") if immediate else -1
        instructions.append(
            Instruction(
                opcode,
                immediate,
                own_place=place if opcode == JUMPDEST else -1,
                label=target if target in places else -1,
            )
        )
    return tuple(instructions)


def _walk(code: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 0
    while place < len(code):
        opcode = code[place]
        count = _ROWS[opcode][3] if opcode in _ROWS else 0
        yield place, opcode, code[place + 1 : place + 1 + count]
        place += 1 + count


def assemble(code: Sequence[Instruction]) -> bytes:
    """Bytes, with labels at the new places of their JUMPDESTs where they fit."""
    places, place = {}, 0
    for instruction in code:
        if instruction.own_place >= 0:
            places[instruction.own_place] = place
        place += instruction.size
    parts = []
    for instruction in code:
        immediate = instruction.immediate
        target = places.get(instruction.label)
        if target is not None and target < 1 << 8 * len(immediate):
            immediate = target.to_bytes(len(immediate), "big")
        parts.append(bytes((instruction.opcode,)) + immediate)
    return b"".join(parts)


def blocks(code: Code) -> list[Code]:
    """Basic blocks: up to a jump or end, or before a JUMPDEST."""
    found: list[Code] = []
    current: list[Instruction] = []
    for instruction in code:
        if instruction.opcode == JUMPDEST and current:
            found.append(tuple(current))
            current = []
        current.append(instruction)
        if instruction.opcode in ENDS_BLOCK:
            found.append(tuple(current))
            current = []
    if current:
        found.append(tuple(current))
    return found


def shrink_code(code: bytes, test: Test) -> None:
    """Offer `test` smaller codes: blocks, instructions, simpler ones, bytes."""
    kept = code

    def offer(instructions: Sequence[Instruction]) -> bool:
        nonlocal kept
        content = assemble(instructions)
        if content == kept or not test(content):
            return False
        kept = content
        return True

    if code and test(b""):
        return
    parts = blocks(disassemble(kept))
    leave_out(parts, lambda some: offer([item for part in some for item in part]))
    leave_out(disassemble(kept), offer)
    _simplify(disassemble(kept), offer)
    leave_out(disassemble(kept), offer)
    _leave_out_pairs(lambda: disassemble(kept), offer)
    _truncate(lambda: kept, lambda content: offer(disassemble(content)))


def _simplify(code: Code, offer: Callable[[Sequence[Instruction]], bool]) -> None:
    """Replace each instruction by simpler ones with the same effect on the stack."""
    kept = list(code)
    for index in reversed(range(len(kept))):
        for simple in _simpler(kept[index]):
            candidate = [*kept[:index], *simple, *kept[index + 1 :]]
            if offer(candidate):
                kept = candidate
                break


def _simpler(instruction: Instruction) -> Iterator[list[Instruction]]:
    """Simpler instructions, simplest first; PUSHes keep their labels."""
    opcode, immediate = instruction.opcode, instruction.immediate
    if immediate:
        if instruction.label >= 0:
            yield from _narrower(instruction)
            return
        number = int.from_bytes(immediate, "big")
        yield [Instruction(PUSH0)]
        for smaller in (
            b"\x01",
            immediate[-1:],
            number.to_bytes(_width(number), "big"),
        ):
            if len(smaller) < len(immediate):
                yield [Instruction(PUSH0 + len(smaller), smaller)]
        return
    row = _ROWS.get(opcode)
    if row is None or opcode in (POP, PUSH0, JUMPDEST) or opcode in ENDS_BLOCK:
        return
    pops, pushes = row[4], row[5]
    if pushes > pops:
        yield [Instruction(PUSH0)]
    elif pops - pushes < 8 and pushes <= 1:
        yield [Instruction(POP)] * (pops - pushes)


def _narrower(instruction: Instruction) -> Iterator[list[Instruction]]:
    """The same label in one byte."""
    if len(instruction.immediate) > 1 and instruction.label < 1 << 8:
        last = instruction.immediate[-1:]
        yield [replace(instruction, opcode=PUSH0 + 1, immediate=last)]


def _width(number: int) -> int:
    return max(1, (number.bit_length() + 7) // 8)


def _leave_out_pairs(
    current: Callable[[], Code], offer: Callable[[Sequence[Instruction]], bool]
) -> None:
    """Leave out two instructions at once, e.g. a push and what uses it."""
    distance = 1
    while distance <= 8:
        code = current()
        for first in reversed(range(len(code) - distance)):
            second = first + distance
            candidate = code[:first] + code[first + 1 : second] + code[second + 1 :]
            if offer(candidate):
                code = current()
                if first + distance >= len(code):
                    break
        distance += 1


def _truncate(current: Callable[[], bytes], offer: Test) -> None:
    """Cut bytes off the end."""
    size = len(current()) // 2
    while size:
        while size < len(current()) and offer(current()[:-size]):
            pass
        size //= 2
