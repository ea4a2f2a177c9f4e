"""Where the code of an image is, and at which addresses it can be entered.

Code is found by following jumps from reset, from addresses that instructions make
(LUI, ADDI) and from tables of addresses among the constants. Nothing depends on
finding all of it: what is missed is interpreted.

A *region* is code without an entry inside: it is entered at its start and left by
jumps to other entries. Entries are reset, targets of calls, the places calls return
to, whatever an indirect jump may reach, and targets of jumps from other regions.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from zkos.machine import decode, operations

WORD: Final = 4
LONGEST_REGION: Final = 1024
"""Instructions; longer ones are cut, so that no function of LLVM is huge."""
_TABLE_WORDS: Final = 3
"""So many addresses of code in a row are taken for a table of them."""
_LOAD_IMMEDIATE: Final = int(operations.LOAD_IMMEDIATE)
_ADDI: Final = int(operations.ADDI)
_JAL: Final = int(operations.JAL)
_JALR: Final = int(operations.JALR)
_ABORT: Final = int(operations.ABORT)
_BRANCHES: Final = range(int(operations.BEQ), int(operations.BGEU) + 1)
_ENDS: Final = frozenset(
    int(operation)
    for operation in (
        *(operations.STOPPING_BRANCH, operations.STOPPING_JAL, operations.ABORT),
        *(operations.REFUSED, operations.ILLEGAL),
    )
)
"""What the translation leaves to the interpreter, and mostly the end of a run."""
_NO_REGISTER: Final = int(decode.DISCARD_SLOT)


@dataclass(frozen=True, slots=True)
class Instruction:
    """A decoded entry of the machine, see `zkos.machine.decode`."""

    operation: int
    rd: int
    """Destination slot; `DISCARD_SLOT` for x0."""
    rs1: int
    rs2: int
    immediate: int

    @property
    def is_branch(self) -> bool:
        """Whether it may jump or go on."""
        return self.operation in _BRANCHES

    @property
    def calls(self) -> bool:
        """Whether it keeps the address after it, to be returned to."""
        return self.operation in (_JAL, _JALR) and self.rd != _NO_REGISTER

    @property
    def target(self) -> int | None:
        """The one address it may jump to, if that is known."""
        known = self.is_branch or self.operation == _JAL
        return self.immediate if known else None

    @property
    def goes_on(self) -> bool:
        """Whether the next instruction may follow."""
        return self.operation not in (_JAL, _JALR) and self.operation not in _ENDS


@dataclass(frozen=True, slots=True)
class Region:
    """Instructions from `start` to before `end`, entered only at `start`."""

    start: int
    end: int


class Code:
    """The instructions of an image by address."""

    def __init__(self, entries: Sequence[int]) -> None:
        self._entries: Final = entries
        self.size: Final = WORD * len(entries)
        self._known: dict[int, Instruction] = {}

    def __contains__(self, pc: int) -> bool:
        return 0 <= pc < self.size and pc % WORD == 0

    def at(self, pc: int) -> Instruction:
        """The instruction at an address of the image."""
        found = self._known.get(pc)
        if found is None:
            entry = self._entries[pc // WORD]
            operation, rd, rs1, rs2 = (entry & 0xFFFFFFFF).to_bytes(4, "little")
            found = Instruction(operation, rd, rs1, rs2, entry >> 32)
            self._known[pc] = found
        return found


def find_regions(code: Code, image: bytes) -> list[Region]:
    """All regions that can be found, by address."""
    reached, entries = _reach(code, image)
    for start, end in _runs(reached):
        entries.add(start)
        entries.update(range(start, end, WORD * LONGEST_REGION))
    runs = list(_runs(reached))
    while True:
        regions = list(_cut(runs, entries))
        more = set(_jumps_between(code, regions)) & reached - entries
        if not more:
            return regions
        entries |= more


def _reach(code: Code, image: bytes) -> tuple[set[int], set[int]]:
    """Addresses of instructions, and those where a call or indirect jump may land."""
    reached: set[int] = set()
    entries = {0, *_tables(image)}
    pending = list(entries)
    while pending:
        pc = pending.pop()
        while pc in code and pc not in reached:
            reached.add(pc)
            instruction = code.at(pc)
            found = list(_leads_to(code, pc, instruction))
            entries.update(found)
            pending += found
            if instruction.target is not None:
                pending.append(instruction.target)
            if not instruction.goes_on:
                break
            pc += WORD
    return reached, entries & reached


def _leads_to(code: Code, pc: int, instruction: Instruction) -> Iterator[int]:
    """Entries that an instruction makes: where a call returns to, a code address.

    Such an address comes from LUI or AUIPC and the instruction behind it, which
    finishes it or jumps there: so are all far calls made.
    """
    if instruction.calls:
        yield pc + WORD
        if instruction.target is not None:
            yield instruction.target
    if instruction.operation == _LOAD_IMMEDIATE and pc + WORD in code:
        after = code.at(pc + WORD)
        if after.operation in (_ADDI, _JALR) and after.rs1 == instruction.rd:
            made = (instruction.immediate + after.immediate) & 0xFFFFFFFF
            if made in code and code.at(made).operation not in _ENDS:
                yield made


def _tables(image: bytes) -> Iterator[int]:
    """Addresses that stand in the image as in a table."""
    words = memoryview(image).cast("I")
    run: list[int] = []
    for word in (*words, 0):
        if word % WORD == 0 and WORD * 64 <= word < len(image):
            run.append(word)
            continue
        if len(run) >= _TABLE_WORDS:
            yield from run
        run = []


def _runs(reached: set[int]) -> Iterator[tuple[int, int]]:
    """Stretches of instructions without a gap."""
    start = before = None
    for pc in sorted(reached):
        if before is None or pc != before + WORD:
            if start is not None and before is not None:
                yield start, before + WORD
            start = pc
        before = pc
    if start is not None and before is not None:
        yield start, before + WORD


def _cut(runs: Iterable[tuple[int, int]], entries: set[int]) -> Iterator[Region]:
    """The runs, cut at all entries."""
    ordered = sorted(entries)
    for start, end in runs:
        first = bisect_right(ordered, start)
        last = bisect_right(ordered, end - 1)
        starts = [start, *ordered[first:last]]
        for here, there in zip(starts, [*starts[1:], end], strict=True):
            yield Region(here, there)


def _jumps_between(code: Code, regions: Iterable[Region]) -> Iterator[int]:
    """Targets inside a region of jumps from another one."""
    for region in regions:
        for pc in range(region.start, region.end, WORD):
            target = code.at(pc).target
            if target is not None and not region.start <= target < region.end:
                yield target
