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
OPCODE_BRANCH: Final = 0x63
OPCODE_STORE: Final = 0x23
OPCODE_SYSTEM: Final = 0x73

Locate = Callable[[int], str]
"""Text for an address of code, e.g. function and offset."""


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


def format_step(step: MachineStep, locate: Locate = lambda _: "") -> str:
    """One line: cycle, pc, place, instruction, what it did."""
    line = f"{step.cycle:>12}  {step.pc:#010x}  {locate(step.pc):<40}  {step.text:<28}"
    if step.register is not None:
        line += f"  {REGISTERS[step.register]} = {step.value:#010x}"
    if step.csr is not None:
        line += f"  csr {CSR_NAMES.get(step.csr, hex(step.csr))}"
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
        stop=None if after.reason is Stop.CYCLE_LIMIT else after.reason,
    )


def _stopped(done: MachineResult) -> MachineStep:
    word = done.instruction
    return MachineStep(
        done.cycles, done.pc, word, None, None, _csr(word), stop=done.reason
    )


def _csr(word: int) -> int | None:
    return word >> 20 if word & 0x7F == OPCODE_SYSTEM else None
