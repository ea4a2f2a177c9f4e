"""A run looked at instruction by instruction, around a cycle of interest.

The machine runs at full speed to the first cycle wanted and in steps of one from
there; which engine does it makes no difference.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from zkos.compiler.assembler import REGISTERS
from zkos.machine.disassembler import CSR_NAMES, disassemble
from zkos.machine.execution import Execution, MachineResult, Stop

SLICE_CYCLES: Final = 1 << 28
"""A run comes back to Python this often, so that it can be interrupted."""
PLACE_WIDTH: Final = 44
OPCODE_BRANCH: Final = 0x63
OPCODE_STORE: Final = 0x23
OPCODE_SYSTEM: Final = 0x73
FUNCT3_CSRRW: Final = 1

Locate = Callable[[int], str]
"""Text for an address of code, e.g. function and offset, or source line."""


@dataclass(frozen=True, slots=True)
class MachineStep:
    """An executed instruction, or the one the machine stopped at."""

    cycle: int
    """Instructions executed before it."""
    pc: int
    word: int
    register: int | None
    """What it wrote, None for nothing or x0."""
    value: int | None
    csr: int | None
    sent: int | None = None
    """What it wrote to the CSR, None for nothing or x0."""
    stop: Stop | None = None
    """Why the machine stopped here."""

    @property
    def text(self) -> str:
        """The instruction, disassembled."""
        return disassemble(self.word, self.pc)


def run_to(execution: Execution, cycle: int) -> MachineResult:
    """Run until `cycle` instructions are executed or the machine stops."""
    done = execution.proceed(0)
    while done.reason is Stop.CYCLE_LIMIT and done.cycles < cycle:
        done = execution.proceed(min(cycle, done.cycles + SLICE_CYCLES))
    return done


def trace_machine(
    execution: Execution, first: int, count: int
) -> Iterator[MachineStep]:
    """At most `count` steps from cycle `first` on, fewer if the machine stops."""
    before = run_to(execution, first)
    if before.reason is not Stop.CYCLE_LIMIT:
        yield _stopped(before)
        return
    for _ in range(count):
        done = execution.proceed(before.cycles + 1)
        if done.cycles == before.cycles:
            yield _stopped(done)
            return
        yield _step(before, done)
        if done.reason is not Stop.CYCLE_LIMIT:
            return
        before = done


def written_register(word: int) -> int | None:
    """The register an instruction writes, None for none or x0."""
    if word & 0x7F in (OPCODE_BRANCH, OPCODE_STORE):
        return None
    return word >> 7 & 31 or None


def format_step(step: MachineStep, *columns: Locate) -> str:
    """One line: cycle, pc, what `columns` tell of it, instruction, what it did."""
    places = "".join(f"{locate(step.pc):<{PLACE_WIDTH}}  " for locate in columns)
    line = f"{step.cycle:>12}  {step.pc:#010x}  {places}{step.text:<28}"
    if step.register is not None:
        line += f"  {REGISTERS[step.register]} = {step.value:#010x}"
    if step.csr is not None:
        line += f"  csr {CSR_NAMES.get(step.csr, hex(step.csr))}"
    if step.sent is not None:
        line += f" <- {step.sent:#010x}"
    if step.stop is not None:
        line += f"  {step.stop.text}"
    return line.rstrip()


def _step(before: MachineResult, after: MachineResult) -> MachineStep:
    word = before.instruction
    register = written_register(word)
    return MachineStep(
        cycle=before.cycles,
        pc=before.pc,
        word=word,
        register=register,
        value=None if register is None else after.registers[register],
        csr=_csr(word),
        sent=_sent(before),
        stop=None if after.reason is Stop.CYCLE_LIMIT else after.reason,
    )


def _stopped(done: MachineResult) -> MachineStep:
    word = done.instruction
    return MachineStep(
        cycle=done.cycles,
        pc=done.pc,
        word=word,
        register=None,
        value=None,
        csr=_csr(word),
        sent=_sent(done),
        stop=done.reason,
    )


def _csr(word: int) -> int | None:
    return word >> 20 if word & 0x7F == OPCODE_SYSTEM else None


def _sent(before: MachineResult) -> int | None:
    """What the next instruction writes to a CSR."""
    word = before.instruction
    if _csr(word) is None or word >> 12 & 7 != FUNCT3_CSRRW:
        return None
    source = word >> 15 & 31
    return before.registers[source] if source else None
