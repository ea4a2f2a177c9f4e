"""The machine code around the guest: reset, the end with a result, and the abort.

Written with the assembler since nothing else may touch these registers. The linker
puts it at address 0, see machine spec 1 and 5.
"""

from dataclasses import dataclass
from typing import Final

from zkos.compiler.assembler import (
    A0,
    A1,
    A2,
    A3,
    S2,
    SP,
    ZERO,
    Assembler,
)

STACK_TOP: Final = 0x04200000
"""The stack grows down from here."""
RAM_START: Final = 0x04200000
"""`.data` and `.bss`."""
HEAP_ALIGNMENT: Final = 0x00200000
HEAP_BYTES: Final = 768 << 20
DATA_UNIT: Final = 32
"""Bytes that are copied at once."""
CSR_ABORT: Final = 0xC00
RESULT_WORDS: Final = 8
FUNCTIONS: Final = ("__start", "__trap", "__finish")
"""In the order they lie in."""


@dataclass(frozen=True)
class Layout:
    """The addresses the start-up code needs."""

    main: int = 0
    """The guest's entry, a function without arguments."""
    data_copy: int = 0
    """Where the initial content of `.data` lies in ROM."""
    data_start: int = RAM_START
    data_end: int = RAM_START
    """A multiple of `DATA_UNIT` bytes above the start."""


@dataclass(frozen=True)
class StartCode:
    """Code for address 0 and the symbols it offers to the guest."""

    code: bytes
    symbols: dict[str, int]

    @property
    def functions(self) -> list[tuple[int, int, str]]:
        """Address, size and name of its parts, ascending."""
        starts = [self.symbols[name] for name in FUNCTIONS]
        ends = [*starts[1:], len(self.code)]
        return [
            (start, end - start, name)
            for start, end, name in zip(starts, ends, FUNCTIONS, strict=True)
        ]


def start_code(layout: Layout) -> StartCode:
    """The code for `layout`; its length does not depend on it.

    `__start` sets the stack pointer, copies `.data` and calls `main`, which must not
    return. `__finish(words)` ends the run with the 8 words at a pointer as output.
    `__trap(site)` aborts with the number of the failed check in a0.
    """
    assembler = Assembler()
    _emit_reset(assembler, layout)
    _emit_trap(assembler)
    _emit_finish(assembler)
    return StartCode(assembler.code(), dict(assembler.labels))


def _emit_reset(assembler: Assembler, layout: Layout) -> None:
    assembler.label("__start")
    assembler.load_constant(SP, STACK_TOP)
    assembler.load_constant(A0, layout.data_copy)
    assembler.load_constant(A1, layout.data_start)
    assembler.load_constant(A2, layout.data_end)
    assembler.emit("beq", A1, A2, "__data_ready")
    assembler.label("__copy_data")
    for offset in range(0, DATA_UNIT, 4):
        assembler.emit("lw", A3, A0, offset)
        assembler.emit("sw", A3, A1, offset)
    assembler.emit("addi", A0, A0, DATA_UNIT)
    assembler.emit("addi", A1, A1, DATA_UNIT)
    assembler.emit("bne", A1, A2, "__copy_data")
    assembler.label("__data_ready")
    assembler.call(layout.main)


def _emit_trap(assembler: Assembler) -> None:
    """Also where `main` would return to."""
    assembler.label("__trap")
    assembler.emit("csrrw", ZERO, CSR_ABORT, ZERO)
    assembler.label("__stopped")
    assembler.emit("jal", ZERO, "__stopped")


def _emit_finish(assembler: Assembler) -> None:
    """Output in x10..x17, x18..x25 zero, then the jump to itself."""
    assembler.label("__finish")
    for index in reversed(range(RESULT_WORDS)):  # a0 last: it holds the pointer
        assembler.emit("lw", A0 + index, A0, 4 * index)
    for index in range(RESULT_WORDS):
        assembler.emit("addi", S2 + index, ZERO, 0)
    assembler.label("__finished")
    assembler.emit("jal", ZERO, "__finished")
